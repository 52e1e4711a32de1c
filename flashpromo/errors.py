"""The error family of the domain: each knows its code and status, none knows a page.

The API turns them into RFC 9457 problems, pages into messages, the CLI into one line. `extra` goes
into the problem as extension members; `headers` into the response.
"""

from collections.abc import Mapping
from typing import Any, ClassVar


class DomainError(Exception):
    """Base of every refusal that a caller may see.

    Args:
        detail: one sentence for a person; the class's own `title` when empty.
        extra: JSON-ready extension members of the problem.
    """

    status: ClassVar[int] = 400
    code: ClassVar[str] = "bad_request"
    title: ClassVar[str] = "The request cannot be carried out."

    def __init__(self, detail: str = "", **extra: Any) -> None:
        self.detail = detail or self.title
        self.extra = extra
        super().__init__(self.detail)

    @property
    def headers(self) -> Mapping[str, str]:
        """HTTP headers that belong to this refusal."""
        return {}


class BadRequest(DomainError):
    """The body or the query cannot be read at all."""


class InvalidFields(DomainError):
    """One or more fields are wrong: `errors` maps the name of each to its messages."""

    status = 422
    code = "validation_error"
    title = "One or more fields are wrong."

    def __init__(self, fields: Mapping[str, str | list[str]]) -> None:
        self.fields = {
            name: [said] if isinstance(said, str) else list(said) for name, said in fields.items()
        }
        named = "; ".join(f"{name}: {' '.join(said)}" for name, said in self.fields.items())
        super().__init__(named, errors=self.fields)


class NotAuthenticated(DomainError):
    """No token, or one that is unknown or expired."""

    status = 401
    code = "not_authenticated"
    title = "A valid bearer token is needed."

    @property
    def headers(self) -> Mapping[str, str]:
        """RFC 6750: name the scheme that is wanted."""
        return {"WWW-Authenticate": 'Bearer realm="flashpromo"'}


class WrongCredentials(NotAuthenticated):
    """User name or password is wrong; it is not said which."""

    code = "wrong_credentials"
    title = "User name or password is wrong."


class Forbidden(DomainError):
    """Signed in, but this is for somebody else."""

    status = 403
    code = "forbidden"
    title = "You may not do this."


class NotFound(DomainError):
    """It does not exist, or it is not yours: both look the same."""

    status = 404
    code = "not_found"
    title = "Not found."


class Conflict(DomainError):
    """The state of the thing forbids it now."""

    status = 409
    code = "conflict"
    title = "The present state does not allow this."


class PreconditionFailed(DomainError):
    """It is not what the caller has seen any more: somebody else changed it."""

    status = 412
    code = "precondition_failed"
    title = "It has changed since you read it."


def demand_unchanged(version: object, seen: object | None) -> None:
    """Raise `PreconditionFailed` unless the version is the one seen; None has seen nothing.

    To be asked behind the lock of the row: of two writers who have seen the same, one is refused.
    """
    if seen is not None and version != seen:
        raise PreconditionFailed


class InUse(Conflict):
    """Something that is still needed cannot be deleted."""

    code = "in_use"
    title = "It is still in use."


class TooSoon(DomainError):
    """It comes too soon: wait for `retry_after_seconds`, a whole number.

    The base of every 429.
    """

    status = 429
    code = "rate_limited"
    title = "Too many requests."

    def __init__(self, detail: str = "", *, retry_after_seconds: int, **extra: Any) -> None:
        self.retry_after_seconds = max(1, retry_after_seconds)
        super().__init__(detail, retry_after_seconds=self.retry_after_seconds, **extra)

    @property
    def headers(self) -> Mapping[str, str]:
        """RFC 9110: seconds until another try makes sense."""
        return {"Retry-After": str(self.retry_after_seconds)}

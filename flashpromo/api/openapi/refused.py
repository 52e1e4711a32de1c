"""What an operation may refuse, by status: derived from what it declares, never written by hand.

No valid token is a 401 wherever a permission is needed, nothing of that id a 404 wherever a path
has one, and so on; `@refuses` adds what is particular to the operation.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any, Final

from flask import current_app

from flashpromo.api import guard, once, problems, refusals
from flashpromo.api.guard import InsufficientScope
from flashpromo.api.openapi import parts, traits
from flashpromo.errors import (
    BadRequest,
    DomainError,
    Forbidden,
    InvalidFields,
    NotAuthenticated,
    NotFound,
    TooSoon,
)
from flashpromo.idempotency.answers import InFlight, KeyReused

EXTRAS: Final[dict[str, dict[str, Any]]] = {
    "validation_error": {"errors": {"name": ["Must have 1 to 200 characters."]}},
    "cool_down": {"retry_after_seconds": 21},
    "rate_limited": {"retry_after_seconds": 42},
    "already_held": {"held_by_you": True},
    "promo_not_running": {"state": "scheduled"},
    "promo_overlaps": {"promo_ids": [17]},
    "in_use": {"promo_ids": [17]},
    "reservation_limit": {"limit": 5},
    "location_refused": {
        "reason": "too_coarse",
        "errors": {"accuracy_m": ["The fix is too coarse."]},
    },
    "wrong_state": {"state": "ended"},
    "not_eligible": {
        "reason": "out_of_range",
        "reasons": ["out_of_range"],
        "distance_m": 3120.4,
    },
}
"""Members that a code brings along, for its example."""


@dataclass(frozen=True)
class Refusal:
    """One code that an operation may answer with."""

    status: int
    code: str
    title: str
    meaning: str
    extra: dict[str, Any] = field(default_factory=dict)

    @classmethod
    def of(cls, error: type[DomainError]) -> "Refusal":
        """The refusal that an error of the domain becomes."""
        meaning = (error.__doc__ or error.title).strip().partition("\n")[0]
        return cls(error.status, error.code, error.title, meaning, EXTRAS.get(error.code, {}))

    @property
    def example(self) -> dict[str, Any]:
        """The problem document of this refusal."""
        return {
            "type": f"{problems.API}problems/{self.code}",
            "title": self.title,
            "status": self.status,
            "detail": self.title,
            "code": self.code,
            **self.extra,
        }


TOO_LARGE: Final = Refusal(
    413,
    problems.CODES[413],
    "Request Entity Too Large",
    "The body is larger than the service reads.",
)


def responses(endpoint: str, path: str, operation: dict[str, Any]) -> dict[str, Any]:
    """The error responses of an operation, by status."""
    found: dict[int, dict[str, Refusal]] = {}
    for each in _all(endpoint, path, operation):
        found.setdefault(each.status, {}).setdefault(each.code, each)
    return {
        str(status): _response(status, list(by_code.values()))
        for status, by_code in sorted(found.items())
    }


def _all(endpoint: str, path: str, operation: dict[str, Any]) -> Iterator[Refusal]:
    yield from map(Refusal.of, _errors(endpoint, operation))
    if "requestBody" in operation or once.takes_key(endpoint):
        yield TOO_LARGE
    if traits.is_counted(path):
        yield Refusal.of(TooSoon)


def _errors(endpoint: str, operation: dict[str, Any]) -> Iterator[type[DomainError]]:
    places = {parameter.get("in") for parameter in operation["parameters"]}
    if "requestBody" in operation or "query" in places or once.takes_key(endpoint):
        yield BadRequest
    if guard.needed(endpoint) != guard.ANYONE:
        yield from (NotAuthenticated, Forbidden, InsufficientScope)
    if "path" in places:
        yield NotFound
    if "requestBody" in operation:
        yield InvalidFields
    if once.takes_key(endpoint):
        yield from (InFlight, KeyReused)
    yield from refusals.declared(current_app.view_functions[endpoint])
    yield problems.Unavailable


def _response(status: int, refused: Iterable[Refusal]) -> dict[str, Any]:
    listed = sorted(refused, key=lambda each: each.code)
    said = "\n".join(f"- `{each.code}`: {each.meaning}" for each in listed)
    answer: dict[str, Any] = {
        "description": f"{HTTPStatus(status).phrase}.\n\n{said}",
        "content": {
            problems.MIMETYPE: {
                "schema": {"$ref": "#/components/schemas/Problem"},
                "examples": {
                    each.code: {"summary": each.title, "value": each.example} for each in listed
                },
            }
        },
    }
    wanted = {401: ["WWWAuthenticate"], 429: ["RetryAfter"], 503: ["RetryAfter"]}.get(status)
    if wanted:
        answer["headers"] = parts.headers(*wanted)
    return answer

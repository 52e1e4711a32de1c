"""Bearer tokens: 256 random bits, of which only the SHA-256 is kept.

Nothing slow is needed to hash them, because nobody can guess a random value. A token that was
looked up may be believed for a second by this process (see `believed`); a door asks for that where
a look at the database would be most of the work.
"""

import secrets
from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any, Final
from uuid import UUID

from sqlalchemy import delete, func, select, text, update

from flashpromo import db
from flashpromo.accounts import sign_ins
from flashpromo.accounts.believed import believed
from flashpromo.accounts.models import AuthToken, SignIn, User
from flashpromo.accounts.permissions import GRANTS, Kind, Permission
from flashpromo.accounts.principal import Held, Principal, TokenKind
from flashpromo.errors import InvalidFields, NotAuthenticated
from flashpromo.fields import Checks

LONGEST: Final = 128
KEPT_AFTER_END: Final = timedelta(days=1)
LONGEST_NAME: Final = 100
BEARERS: Final = frozenset({TokenKind.TOKEN, TokenKind.KEY})

_USE_IS_DUE: Final = "(last_used_at IS NULL OR last_used_at < app_now() - interval '1 minute')"
# Every request of somebody who is not believed begins with it: as text it takes half as long.
_WHOSE: Final = text(f"""
SELECT token.id, token.kind, token.username, token.user_id, token.client_id, token.scopes,
  token.expires_at, {_USE_IS_DUE} AS use_is_due, staff.is_operator
FROM auth_token AS token LEFT JOIN user_account AS staff ON staff.id = token.user_id
WHERE token.token_hash = :token_hash
  AND (token.expires_at IS NULL OR token.expires_at > app_now())
  AND (token.user_id IS NULL OR staff.is_active)
""")  # noqa: S608 - a constant of ours


@dataclass(frozen=True)
class Issued:
    """A new token: the only time that anybody sees it."""

    token: str
    id: UUID
    expires_at: datetime


def sign_in(
    username: str,
    password: str,
    *,
    hours: float,
    scopes: Collection[Permission] | None = None,
    name: str = "",
    created_from: str = "",
) -> Issued:
    """Check name and password and issue a token for `hours`; `scopes` may only narrow it.

    Raises:
        InvalidFields: the name is not a line of at most 100 characters, or a scope is not the
            person's.
        WrongCredentials: unknown name, wrong password, or a deactivated user.
    """
    checks = Checks()
    name = checks.line("name", name, shortest=0, longest=LONGEST_NAME)
    checks.done()
    owner = sign_ins.authenticate(username, password)
    if wider := set(scopes or ()) - GRANTS[_kind_of(owner)]:
        raise InvalidFields({"scopes": f"Not yours to have: {', '.join(sorted(wider))}."})
    return issue(owner, hours=hours, scopes=scopes, name=name, created_from=created_from)


def _kind_of(owner: SignIn) -> Kind:
    if owner.client_id is not None:
        return Kind.CLIENT
    user = db.session().get(User, owner.user_id)
    return Kind.OPERATOR if user is not None and user.is_operator else Kind.MERCHANT


def issue(
    owner: SignIn,
    *,
    hours: float,
    kind: TokenKind = TokenKind.TOKEN,
    scopes: Collection[Permission] | None = None,
    name: str = "",
    created_from: str = "",
) -> Issued:
    """A new token of that sign-in; its expired ones are cleared away on the occasion.

    Raises:
        WrongCredentials: the sign-in was changed since it was read.
    """
    sign_ins.hold(owner)
    now = db.app_now()
    stale = (AuthToken.username == owner.username) & (AuthToken.expires_at <= now)
    db.session().execute(delete(AuthToken).where(stale))
    token, expires_at = secrets.token_urlsafe(32), now + timedelta(hours=hours)
    row = AuthToken(
        token_hash=hash_of(token),
        kind=kind,
        name=name,
        scopes=None if scopes is None else sorted(set(scopes)),
        username=owner.username,
        user_id=owner.user_id,
        client_id=owner.client_id,
        created_from=created_from,
        expires_at=expires_at,
    )
    db.session().add(row)
    db.session().flush()
    return Issued(token, row.id, expires_at)


def forget_ended(now: datetime, *, most: int) -> int:
    """Delete tokens, keys and sessions that ended more than a day ago; how many, `most` at most."""
    ended = (
        select(AuthToken.token_hash)
        .where(AuthToken.expires_at < now - KEPT_AFTER_END)
        .limit(most)
        .with_for_update(skip_locked=True)
    )
    gone: Any = db.session().execute(delete(AuthToken).where(AuthToken.token_hash.in_(ended)))
    return int(gone.rowcount)


def principal_of(
    token: str, kinds: Collection[TokenKind] = BEARERS, *, may_believe: bool = False
) -> Principal:
    """Who the token belongs to.

    Args:
        token: as it was sent.
        kinds: what is taken here; what stands behind a cookie is no bearer token.
        may_believe: take what was looked up within the last second.

    Raises:
        NotAuthenticated: unknown, expired, of another kind, or its user is deactivated.
    """
    if len(token) > LONGEST or not token.isascii():
        raise NotAuthenticated
    token_hash = hash_of(token)
    principal, counter = believed.find(token_hash)
    if principal is None or not may_believe:
        principal = _look_up(token_hash)
        # Who has looked it up notes the use; whoever finds it believed need not.
        noted = replace(principal.held, use_is_due=False)
        believed.store(replace(principal, held=noted), counter)
    if principal.held.kind not in kinds:
        raise NotAuthenticated("The token is unknown or has expired.")
    return principal


def note_use(held: Held) -> None:
    """Write down that it is used now; one that somebody else is writing to is left alone."""
    free = (
        select(AuthToken.token_hash)
        .where(AuthToken.token_hash == held.token_hash, text(_USE_IS_DUE))
        .with_for_update(skip_locked=True)
    )
    db.session().execute(
        update(AuthToken)
        .where(AuthToken.token_hash.in_(free))
        .values(last_used_at=func.app_now())
        .execution_options(synchronize_session=False)
    )


def hash_of(token: str) -> bytes:
    """What is kept of a token, which is ASCII."""
    return sha256(token.encode("ascii")).digest()


def _look_up(token_hash: bytes) -> Principal:
    row = db.session().execute(_WHOSE, {"token_hash": token_hash}).one_or_none()
    if row is None:
        raise NotAuthenticated("The token is unknown or has expired.")
    held = Held(token_hash, row.id, TokenKind(row.kind), row.expires_at, row.use_is_due)
    scopes = None if row.scopes is None else frozenset(row.scopes)
    return Principal(row.username, row.user_id, row.client_id, bool(row.is_operator), scopes, held)

"""Bearer tokens: 256 random bits, of which only the SHA-256 is kept.

Nothing slow is needed to hash them, because nobody can guess a random value. A token that was
looked up is believed for a second by this process, so that a busy client costs one query a second;
what was revoked, or deactivated, may therefore live on for that second.
"""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from threading import Lock
from typing import Final

from cachetools import TTLCache
from sqlalchemy import delete, func, select

from flashpromo import db
from flashpromo.accounts import sign_ins
from flashpromo.accounts.models import AuthToken, SignIn, User
from flashpromo.accounts.principal import Principal
from flashpromo.errors import NotAuthenticated

BELIEVED_SECONDS: Final = 1
LONGEST: Final = 128

_believed: TTLCache[bytes, Principal] = TTLCache(maxsize=20_000, ttl=BELIEVED_SECONDS)
_lock = Lock()


@dataclass(frozen=True)
class Issued:
    """A new token: the only time that anybody sees it."""

    token: str
    expires_at: datetime


def sign_in(username: str, password: str, *, hours: float) -> Issued:
    """Check name and password and issue a token for `hours`; raises `WrongCredentials`."""
    return issue(sign_ins.authenticate(username, password), hours=hours)


def issue(owner: SignIn, *, hours: float) -> Issued:
    """A new token of that sign-in; its expired ones are cleared away on the occasion."""
    now = db.app_now()
    stale = (AuthToken.username == owner.username) & (AuthToken.expires_at <= now)
    db.session().execute(delete(AuthToken).where(stale))
    issued = Issued(secrets.token_urlsafe(32), now + timedelta(hours=hours))
    db.session().add(
        AuthToken(
            token_hash=_hash(issued.token),
            username=owner.username,
            user_id=owner.user_id,
            client_id=owner.client_id,
            expires_at=issued.expires_at,
        )
    )
    return issued


def principal_of(token: str) -> Principal:
    """Who the token belongs to.

    Raises:
        NotAuthenticated: unknown, expired, or its user is deactivated.
    """
    if len(token) > LONGEST or not token.isascii():
        raise NotAuthenticated
    token_hash = _hash(token)
    with _lock:
        believed: Principal | None = _believed.get(token_hash)
    if believed is not None:
        return believed
    principal = _look_up(token_hash)
    with _lock:
        _believed[token_hash] = principal
    return principal


def revoke(token: str) -> None:
    """End one token; unknown ones are no error."""
    token_hash = _hash(token)
    db.session().execute(delete(AuthToken).where(AuthToken.token_hash == token_hash))
    with _lock:
        _believed.pop(token_hash, None)


def _look_up(token_hash: bytes) -> Principal:
    row = (
        db.session()
        .execute(
            select(
                AuthToken.username,
                AuthToken.user_id,
                AuthToken.client_id,
                AuthToken.scopes,
                User.is_operator,
            )
            .join(User, User.id == AuthToken.user_id, isouter=True)
            .where(
                AuthToken.token_hash == token_hash,
                AuthToken.expires_at.is_(None) | (AuthToken.expires_at > func.app_now()),
                AuthToken.user_id.is_(None) | User.is_active,
            )
        )
        .one_or_none()
    )
    if row is None:
        raise NotAuthenticated("The token is unknown or has expired.")
    scopes = None if row.scopes is None else frozenset(row.scopes)
    return Principal(row.username, row.user_id, row.client_id, bool(row.is_operator), scopes)


def _hash(token: str) -> bytes:
    return sha256(token.encode("ascii")).digest()

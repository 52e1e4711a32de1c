"""Keys: what a program shows instead of a person's token, made by staff for a back end.

A key stands for whoever made it, narrowed to scopes that are named when it is made: never to more
than its maker may do, nor more than the token that it was made with. It may be without an end; a
new password or a deactivation of its owner ends it like everything else. A key makes no keys,
whatever its scopes: one that has leaked would live on in those that it has made.
"""

import secrets
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import select

from flashpromo import audit, db
from flashpromo.accounts import sign_ins
from flashpromo.accounts.models import AuthToken, SignIn, User
from flashpromo.accounts.permissions import GRANTS, Kind, Permission
from flashpromo.accounts.principal import Principal, TokenKind
from flashpromo.accounts.tokens import LONGEST_NAME, hash_of
from flashpromo.errors import Forbidden, NotAuthenticated, NotFound, WrongCredentials
from flashpromo.fields import Checks

PREFIX: Final = "fpk_"
"""By it a key that has leaked is recognised, in a log or a repository."""


@dataclass(frozen=True)
class Made:
    """A new key: the only time that anybody sees `token`."""

    token: str
    row: AuthToken


def make(
    maker: Principal,
    *,
    name: str,
    scopes: Collection[Permission],
    expires_at: datetime | None = None,
    created_from: str = "",
) -> Made:
    """Make a key for its maker; `expires_at` None means without an end.

    Raises:
        InvalidFields: no name, no scope, a scope that the maker has not got, or an end in the past.
        NotAuthenticated: what the maker has shown has ended meanwhile.
        Forbidden: what the maker has shown is a key itself.
    """
    if maker.held.kind is TokenKind.KEY:
        raise Forbidden("A key makes no keys: sign in for that.")
    owner = sign_ins.find(maker.username)
    if owner is None:
        raise NotAuthenticated
    _hold(owner, maker)
    key = _checked(owner, maker.permissions, name, scopes, expires_at)
    return _added(key, created_from)


def make_for(
    username: str, *, name: str, scopes: Collection[Permission], expires_at: datetime | None = None
) -> Made:
    """Make a key for a user from the command line; raises `NotFound`, `InvalidFields`."""
    owner = sign_ins.find(username, lock=True)
    user = db.session().get(User, owner.user_id) if owner and owner.user_id else None
    if owner is None or user is None or not user.is_active:
        raise NotFound(f"There is no active user {username!r}.")
    kind = Kind.OPERATOR if user.is_operator else Kind.MERCHANT
    return _added(_checked(owner, GRANTS[kind], name, scopes, expires_at), "command line")


def _hold(owner: SignIn, maker: Principal) -> None:
    """A thief whose token was just ended may still be believed here: make no key for it."""
    still_there = select(AuthToken.id).where(AuthToken.token_hash == maker.held.token_hash)
    try:
        sign_ins.hold(owner)
    except WrongCredentials as error:
        raise NotAuthenticated from error
    if db.session().scalar(still_there) is None:
        raise NotAuthenticated


def _checked(
    owner: SignIn,
    allowed: Collection[Permission],
    name: str,
    scopes: Collection[Permission],
    expires_at: datetime | None,
) -> AuthToken:
    checks = Checks()
    cleaned = checks.line("name", name, longest=LONGEST_NAME)
    wider = sorted(set(scopes) - set(allowed))
    if wider:
        checks.wrong("scopes", f"Not yours to give: {', '.join(wider)}.")
    if not scopes:
        checks.wrong("scopes", "A key needs at least one.")
    if expires_at is not None and expires_at <= db.app_now():
        checks.wrong("expires_at", "Must be in the future.")
    checks.done()
    return AuthToken(
        kind=TokenKind.KEY,
        name=cleaned,
        scopes=sorted(set(scopes)),
        username=owner.username,
        user_id=owner.user_id,
        client_id=owner.client_id,
        expires_at=expires_at,
    )


def _added(row: AuthToken, created_from: str) -> Made:
    token = PREFIX + secrets.token_urlsafe(32)
    row.token_hash, row.created_from = hash_of(token), created_from
    db.session().add(row)
    db.session().flush()
    told = audit.snapshot(row, "username", "name", "scopes", "expires_at")
    audit.record("key.made", "key", row.id, after=told)
    return Made(token, row)

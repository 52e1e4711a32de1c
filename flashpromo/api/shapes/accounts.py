"""Sign-in, and what stands for somebody afterwards."""

from typing import Annotated
from uuid import UUID

from pydantic import Field

from flashpromo.accounts.permissions import Kind, Permission
from flashpromo.accounts.principal import TokenKind
from flashpromo.api.shapes.base import Given, Shown, page_of
from flashpromo.api.values import Moment, ShownMoment, Text
from flashpromo.market.members import Role

Scopes = Annotated[list[Permission], Field(min_length=1, max_length=100, strict=True)]


class CredentialsIn(Given):
    """Who is signing in, and what for: everything, unless `scopes` are named."""

    username: Text
    password: Text
    scopes: Scopes | None = None
    name: Text = ""


class TokenOut(Shown):
    """A bearer token; it is shown only now."""

    token: str
    expires_at: ShownMoment


class PasswordIn(Given):
    """A new password, and the present one."""

    old_password: Text
    new_password: Text


class KeyIn(Given):
    """What a key is for and may be used for; without `expires_at` it is good until revoked."""

    name: Text
    scopes: Scopes
    expires_at: Moment | None = None


class TokenKept(Shown):
    """A token, a session or a key; its secret is not known to us either."""

    id: UUID
    kind: TokenKind
    name: str
    scopes: list[str] | None
    created_at: ShownMoment
    created_from: str
    last_used_at: ShownMoment | None
    expires_at: ShownMoment | None


class HeldOut(TokenKept):
    """A token, session or key; `last_used_at` is right to about a minute, null when never used.

    `scopes` null means everything that its owner may do. `current` is the one in use.
    """

    current: bool = False


HeldPage = page_of(HeldOut)


class KeyOut(HeldOut):
    """A new key; its `token` is shown only now."""

    token: str


class StoreRoleOut(Shown):
    """A store that one is a member of."""

    id: int
    role: Role


class MeOut(Shown):
    """Who is asking, and what may be done with the token in use."""

    username: str
    kind: Kind
    scopes: list[Permission]
    user_id: int | None
    client_id: int | None
    stores: list[StoreRoleOut]
    expires_at: ShownMoment | None

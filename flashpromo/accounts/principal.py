"""Who is asking: what a door knows of the person behind a token, a session or a key."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from flashpromo.accounts.permissions import ALWAYS, GRANTS, Kind, Permission


class TokenKind(StrEnum):
    """What stands for a person."""

    TOKEN = "token"  # noqa: S105 - the name of a kind
    SESSION = "session"
    KEY = "key"


@dataclass(frozen=True)
class Held:
    """What somebody has shown to be let in: one row of `auth_token`.

    `use_is_due` says that its last use was not noted for a minute, to who has looked it up.
    """

    token_hash: bytes
    id: UUID
    kind: TokenKind
    expires_at: datetime | None
    use_is_due: bool


@dataclass(frozen=True)
class Principal:
    """Somebody who is signed in: either a user (staff) or a client, never both.

    `scopes` narrows what `held` may be used for; None narrows nothing.
    """

    username: str
    user_id: int | None
    client_id: int | None
    is_operator: bool
    scopes: frozenset[str] | None
    held: Held

    @property
    def kind(self) -> Kind:
        """Operator, merchant or client."""
        if self.client_id is not None:
            return Kind.CLIENT
        return Kind.OPERATOR if self.is_operator else Kind.MERCHANT

    @property
    def permissions(self) -> frozenset[Permission]:
        """What people of this kind may, as far as this token was not narrowed to something else."""
        granted = GRANTS[self.kind]
        if self.scopes is None:
            return granted
        return frozenset(each for each in granted if each in self.scopes or each in ALWAYS)

    def may(self, permission: Permission) -> bool:
        """Whether `permission` is among them."""
        return permission in GRANTS[self.kind] and (
            self.scopes is None or permission in self.scopes or permission in ALWAYS
        )

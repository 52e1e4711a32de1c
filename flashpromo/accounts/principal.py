"""Who is asking: what a door knows of the person behind a token, a session or a key."""

from dataclasses import dataclass

from flashpromo.accounts.permissions import GRANTS, Kind, Permission


@dataclass(frozen=True)
class Principal:
    """Somebody who is signed in: either a user (staff) or a client, never both.

    `scopes` narrows what the token may be used for; None narrows nothing.
    """

    username: str
    user_id: int | None
    client_id: int | None
    is_operator: bool
    scopes: frozenset[str] | None = None

    @property
    def kind(self) -> Kind:
        """Operator, merchant or client."""
        if self.client_id is not None:
            return Kind.CLIENT
        return Kind.OPERATOR if self.is_operator else Kind.MERCHANT

    def may(self, permission: Permission) -> bool:
        """Whether people of this kind may, and this token was not narrowed to something else."""
        return permission in GRANTS[self.kind] and (
            self.scopes is None or permission in self.scopes
        )

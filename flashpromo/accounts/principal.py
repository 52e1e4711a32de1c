"""Who is asking: what a door knows of the person behind a token or a session."""

from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """The three kinds of people of the product."""

    OPERATOR = "operator"
    MERCHANT = "merchant"
    CLIENT = "client"


@dataclass(frozen=True)
class Principal:
    """Somebody who is signed in: either a user (staff) or a client, never both."""

    username: str
    user_id: int | None
    client_id: int | None
    is_operator: bool

    @property
    def kind(self) -> Kind:
        """Operator, merchant or client."""
        if self.client_id is not None:
            return Kind.CLIENT
        return Kind.OPERATOR if self.is_operator else Kind.MERCHANT

"""What a channel gets and what it answers."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Protocol


@dataclass(frozen=True)
class Offer:
    """What is told: the same for every client of a promo."""

    promo_id: int
    product_name: str
    store_name: str
    promo_price: Decimal
    regular_price: Decimal
    currency: str
    end_time: datetime
    time_zone: str


@dataclass(frozen=True)
class Message:
    """One delivery: to whom, and under which key a repeated sending is recognised.

    `external_id` is the marketplace's own id of the client, `email` its address, where it has one.
    """

    client_id: int
    local_day: date
    channel: str
    attempt: int
    distance_m: float
    external_id: str | None = None
    email: str | None = None

    @property
    def idempotency_key(self) -> str:
        """The same for every attempt of this delivery."""
        return f"{self.client_id}-{self.local_day:%Y%m%d}-{self.channel}"


@dataclass(frozen=True)
class Outcome:
    """What came of one message. `error` is None when it was sent.

    What is `permanent` has failed; what is `skipped` never had a chance, and nobody is to blame.
    """

    error: str | None = None
    permanent: bool = False
    skipped: bool = False


SENT = Outcome()


class Channel(Protocol):
    """Sends messages one by one; a raised exception counts as a failure of the whole batch."""

    name: str

    def send(self, offer: Offer, messages: Sequence[Message]) -> Sequence[Outcome]:
        """Send every message; one outcome each, in the same order."""


class Broadcast(Protocol):
    """Is told of a committed wave."""

    name: str

    def announce(self, promo_ids: Sequence[int]) -> None:
        """These promos have just notified their audiences."""

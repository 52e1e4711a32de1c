"""Shoppers of the crowd: they open what they were told, hold a unit, and buy it or think again.

Only for a look at pages that live: whoever was told of a running promo takes part, by the calls of
a client's own app, so all limits and refusals are the real ones.
"""

import random
from dataclasses import dataclass
from typing import Final

from sqlalchemy import func, select

from flashpromo.checkout import hold, settle
from flashpromo.checkout.models import Reservation
from flashpromo.db import app_now, session
from flashpromo.errors import DomainError
from flashpromo.notify import inbox
from flashpromo.notify.models import Notification
from flashpromo.promos import queries
from flashpromo.promos.queries import EVERYTHING

WANTS_IT: Final = 0.35
BUYS_IT: Final = 0.7
GIVES_IT_BACK: Final = 0.5
"""Of those who do not buy; the others let their hold run out."""


@dataclass(frozen=True)
class Shopper:
    """Somebody who was told of a promo and has not looked yet."""

    client_id: int
    promo_id: int


def next_shopper() -> Shopper | None:
    """Anybody who was told of a promo that runs now and has not opened it; None when all have."""
    running = queries.list_running(app_now(), EVERYTHING)
    told = session().scalar(
        select(Notification)
        .where(
            Notification.promo_id.in_([promo.id for promo in running]),
            Notification.opened_at.is_(None),
        )
        .order_by(func.random())
        .limit(1)
    )
    return Shopper(told.client_id, told.promo_id) if told is not None else None


def look(shopper: Shopper) -> None:
    """Open the message."""
    inbox.read_all(shopper.client_id)


def take(shopper: Shopper, dice: random.Random) -> Reservation | None:
    """Hold a unit, or not; a refusal ends the visit."""
    if dice.random() > WANTS_IT:
        return None
    try:
        return hold.hold(shopper.client_id, shopper.promo_id)
    except DomainError:
        return None


def decide(held: Reservation, dice: random.Random) -> bool:
    """Buy what is held (True), give it back, or forget it."""
    if dice.random() < BUYS_IT:
        settle.complete(held.client_id, held.id)
        return True
    if dice.random() < GIVES_IT_BACK:
        settle.release(held.client_id, held.id)
    return False

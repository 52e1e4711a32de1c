"""The promos of the demo: one of each state that a promo can be in on an ordinary day."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from decimal import Decimal
from typing import Final
from zoneinfo import ZoneInfo

from flashpromo.demo.people import EARLY, FREQUENT, NEW, STUDENTS, VIP
from flashpromo.demo.places import TIME_ZONE
from flashpromo.promos.states import State

Window = tuple[datetime, datetime]


def now_for_two_hours(now: datetime) -> Window:
    """Running at once."""
    return now, now + timedelta(hours=2)


def in_a_minute(now: datetime) -> Window:
    """Somebody who has just started the demo sees it begin."""
    return now + timedelta(minutes=1), now + timedelta(hours=1)


def tomorrow_evening(now: datetime) -> Window:
    """From 17:00 to 19:00 of the store's tomorrow."""
    zone = ZoneInfo(TIME_ZONE)
    day = now.astimezone(zone).date() + timedelta(days=1)
    return datetime.combine(day, time(17), zone), datetime.combine(day, time(19), zone)


def over_in_a_moment(now: datetime) -> Window:
    """Ended by the time anybody looks; nothing can be published whose end is past."""
    return now - timedelta(hours=1), now + timedelta(seconds=1)


@dataclass(frozen=True)
class Offer:
    """A promo to have, the state to have it in, where in time."""

    product: str
    price: Decimal
    segments: tuple[str, ...]
    window: Callable[[datetime], Window]
    state: State
    quantity: int = 1
    max_distance_km: Decimal = Decimal(2)


OFFERS: Final = (
    Offer(
        "Headphones XYZ",
        Decimal("499.00"),
        (NEW, FREQUENT),
        now_for_two_hours,
        State.RUNNING,
        quantity=12,
    ),
    Offer(
        "Cold brew",
        Decimal("39.00"),
        (FREQUENT, STUDENTS),
        now_for_two_hours,
        State.RUNNING,
        quantity=25,
    ),
    Offer(
        "Mechanical keyboard",
        Decimal("1299.00"),
        (VIP, STUDENTS),
        in_a_minute,
        State.SCHEDULED,
        quantity=5,
    ),
    Offer(
        "27-inch monitor",
        Decimal("3199.00"),
        (NEW, FREQUENT, VIP),
        tomorrow_evening,
        State.SCHEDULED,
        quantity=3,
        max_distance_km=Decimal(5),
    ),
    Offer("Breakfast for two", Decimal("199.00"), (EARLY,), over_in_a_moment, State.ENDED),
    Offer("USB-C dock", Decimal("899.00"), (VIP,), tomorrow_evening, State.DRAFT),
)

"""The promos of the demo: one of each state that a promo can be in on an ordinary day.

A promo counts as the demo's if its product, price, segments, radius and quantity are those of an
offer here. Such a one makes way for its successor through the domain, so its bell and its holds go
with it; a promo that a visitor made is never touched, and if it covers the time of an offer, that
offer waits for the next load.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from decimal import Decimal
from typing import Final
from zoneinfo import ZoneInfo

from sqlalchemy import select

from flashpromo.audience import segments
from flashpromo.audience.models import Segment
from flashpromo.db import app_now, session
from flashpromo.demo.market import find_product
from flashpromo.demo.people import EARLY, FREQUENT, NEW, STUDENTS, VIP
from flashpromo.demo.places import TIME_ZONE
from flashpromo.promos import lifecycle, queries
from flashpromo.promos.errors import PromoOverlaps
from flashpromo.promos.models import Promo
from flashpromo.promos.queries import EVERYTHING
from flashpromo.promos.states import LIVE, State, state_at
from flashpromo.promos.terms import Terms

Window = tuple[datetime, datetime]
LEFT: Final = timedelta(minutes=45)
"""A promo that runs for longer than this still is good enough."""

NEAR: Final = timedelta(seconds=30)
"""A promo that starts within this of its time is."""


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
    ),
    Offer(
        "Cold brew",
        Decimal("39.00"),
        (FREQUENT, STUDENTS),
        now_for_two_hours,
        State.RUNNING,
        quantity=25,
    ),
    Offer("Mechanical keyboard", Decimal("1299.00"), (VIP, STUDENTS), in_a_minute, State.SCHEDULED),
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


def present(offer: Offer, now: datetime) -> list[Promo]:
    """The promos that were made of this offer, newest first."""
    _, promos = queries.page(EVERYTHING, now, product_id=find_product(offer.product).id, limit=1000)
    return [promo for promo in promos if _made_of(offer, promo)]


def is_there(offer: Offer, now: datetime) -> bool:
    """One of them is in the state that the offer is to show."""
    return any(_shows(offer, promo, now) for promo in present(offer, now))


def in_the_way(offer: Offer, now: datetime) -> list[int]:
    """The ids of those that live on into the offer's next window."""
    start, end = offer.window(now)
    return [
        promo.id
        for promo in present(offer, now)
        if state_at(promo, now) in LIVE and promo.start_time < end and promo.end_time > start
    ]


def make(offer: Offer) -> str:
    """Create the offer's promo; say what came of it."""
    now = app_now()
    start, end = offer.window(now)
    terms = Terms(
        product_id=find_product(offer.product).id,
        promo_price=offer.price,
        start_time=start,
        end_time=end,
        segment_ids=tuple(segment_ids(offer.segments)),
        max_distance_km=offer.max_distance_km,
        quantity=offer.quantity,
    )
    try:
        promo = lifecycle.create(terms, publish=offer.state is not State.DRAFT)
    except PromoOverlaps:
        return f"{offer.product}: another promo covers its time"
    return f"{offer.product}: promo {promo.id} at {offer.price}, {offer.state}"


def segment_ids(names: Iterable[str]) -> list[int]:
    """The ids of these segments, in order."""
    return sorted(
        session().scalars(select(Segment.id).where(Segment.name.in_(names), segments.NOT_DELETED))
    )


def _made_of(offer: Offer, promo: Promo) -> bool:
    """Terms are what a promo can be recognised by: nothing else of it says who made it."""
    return (
        promo.promo_price == offer.price
        and promo.quantity == offer.quantity
        and promo.max_distance_km == offer.max_distance_km
        and sorted(promo.segment_ids) == segment_ids(offer.segments)
    )


def _shows(offer: Offer, promo: Promo, now: datetime) -> bool:
    state = state_at(promo, now)
    if state is not offer.state:
        return False
    if state is State.RUNNING:
        return promo.end_time - now > LEFT
    if state is State.SCHEDULED:
        return abs(promo.start_time - offer.window(now)[0]) < NEAR
    return True

"""Keeping the offers of the demo on show.

A promo counts as the demo's if its product, price, segments, radius and quantity are those of an
offer. Such a one makes way for its successor through the domain, so its bell and its holds go with
it; a promo that a visitor made is never touched, and if it covers the time of an offer, that offer
waits for the next load.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import select

from flashpromo.audience import segments
from flashpromo.audience.models import Segment
from flashpromo.db import app_now, session
from flashpromo.demo.market import find_product
from flashpromo.demo.offers import Offer
from flashpromo.promos import lifecycle, queries
from flashpromo.promos.errors import PromoOverlaps
from flashpromo.promos.models import Promo
from flashpromo.promos.queries import EVERYTHING
from flashpromo.promos.states import LIVE, State, state_at
from flashpromo.promos.terms import Terms

LEFT: Final = timedelta(minutes=45)
"""A promo that runs for longer than this still is good enough."""

NEAR: Final = timedelta(seconds=30)
"""A promo that starts within this of its time is."""


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

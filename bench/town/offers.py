"""Promos beside those of the town, for as long as a group needs them, each in a store of its own.

Their ids begin far above all others, so that they can be taken away again.
"""

import random
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Final

from sqlalchemy import text

from bench.town.cities import TIME_ZONE, abroad, country
from bench.town.copying import Row, copy
from bench.town.promos import PROMO, SEGMENT
from flashpromo.db import app_now, session

FIRST: Final = 1_000_000_000
REGULAR, PRICE = Decimal(500), Decimal(300)
STORE: Final = ("id", "name", "latitude", "longitude", "time_zone", "currency")
TABLES: Final = (
    *(("purchase", "promo_id"), ("reservation", "promo_id"), ("promo_unit", "promo_id")),
    *(("promo_tries", "promo_id"), ("promo_segment", "promo_id"), ("promo_run", "promo_id")),
    *(("promo", "id"), ("product", "id"), ("store", "id")),
)
FREE_AGAIN: Final = """
DELETE FROM purchase WHERE promo_id >= :first;
DELETE FROM reservation WHERE promo_id >= :first;
UPDATE promo_unit SET held_by = NULL, held_until = NULL, reservation_id = NULL, sold_at = NULL
WHERE promo_id >= :first AND held_by IS NOT NULL;
UPDATE promo_run SET sold_out_at = NULL WHERE promo_id >= :first AND sold_out_at IS NOT NULL;
"""

Place = tuple[float, float]


@dataclass(frozen=True)
class Offer:
    """What all promos that are opened together have in common."""

    km: float = 2
    quantity: int = 1
    segment: int = SEGMENT
    is_due: bool = False
    """It should have started a second ago, and nobody has been told yet."""


def places(count: int) -> list[Place]:
    """Where stores stand, as the clients do."""
    dice = random.Random("offers")  # noqa: S311 - the same each time, on purpose
    return [country().place(dice) for _ in range(count)]


def far_places(count: int) -> list[Place]:
    """Stores in the cities of all other countries."""
    dice = random.Random("far offers")  # noqa: S311 - the same each time, on purpose
    return [abroad().place(dice) for _ in range(count)]


def start(where: Sequence[Place], offer: Offer) -> list[int]:
    """Write a published promo at each place, in the open transaction; their ids."""
    first, now = _next(), app_now()
    ids = range(first, first + len(where))
    copy("store", STORE, _stores(ids, where))
    copy(
        "product",
        ("id", "store_id", "name", "regular_price"),
        ((each, each, f"Product {each}", REGULAR) for each in ids),
    )
    copy("promo", PROMO, _promos(ids, where, offer, now))
    copy("promo_segment", ("promo_id", "segment_id"), ((each, offer.segment) for each in ids))
    began = None if offer.is_due else now
    copy("promo_run", ("promo_id", "activated_at"), ((each, began) for each in ids))
    copy("promo_unit", ("promo_id", "unit_no"), _units(ids, offer.quantity))
    return list(ids)


def free_again() -> None:
    """Forget what was reserved and bought of these promos, in the open transaction."""
    session().execute(text(FREE_AGAIN), {"first": FIRST})


def remove() -> None:
    """Take all of them away, in the open transaction."""
    for table, key in TABLES:
        session().execute(text(f"DELETE FROM {table} WHERE {key} >= {FIRST}"))  # noqa: S608


def _next() -> int:
    found = session().scalar(text(f"SELECT max(id) + 1 FROM promo WHERE id >= {FIRST}"))  # noqa: S608
    return found or FIRST


def _stores(ids: Iterable[int], where: Sequence[Place]) -> Iterator[Row]:
    for each, (latitude, longitude) in zip(ids, where, strict=True):
        yield each, f"Store {each}", latitude, longitude, TIME_ZONE, "MXN"


def _promos(
    ids: Iterable[int], where: Sequence[Place], offer: Offer, now: datetime
) -> Iterator[Row]:
    start_time, end_time = now - timedelta(seconds=1), now + timedelta(hours=12)
    for each, (latitude, longitude) in zip(ids, where, strict=True):
        point = f"SRID=4326;POINT({longitude} {latitude})"
        yield (
            *(each, each, PRICE, REGULAR, start_time, end_time, offer.km, offer.quantity, True),
            *(point, (offer.segment,), now, now),
        )


def _units(ids: Iterable[int], quantity: int) -> Iterator[Row]:
    return ((each, unit) for each in ids for unit in range(1, quantity + 1))

"""The timetable beside the database: which promos have their bell, and which bells ring for none.

The database says which promos await their start. A bell in step rings in the second after it; a
promo without one starts nevertheless, by the sweep, a little later. What the timetable holds beside
them rings for nothing and is taken out when it is built anew.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from sqlalchemy import select

from flashpromo.db import session
from flashpromo.market.models import Product, Store
from flashpromo.promos import queries
from flashpromo.promos.models import Promo
from flashpromo.queueing.jottings import shown
from flashpromo.queueing.names import ACTIVATE, job_id
from flashpromo.queueing.timetable import next_whole_second

ABOUT_TO_RING: Final = timedelta(seconds=2)
"""The timetable follows a commit by an instant, and lets go of a bell when it rings."""


class Step(StrEnum):
    """How a bell stands to its promo."""

    IN_STEP = "in_step"
    DUE = "due"
    MISSING = "missing"
    AT_ANOTHER_TIME = "at_another_time"
    ORPHAN = "orphan"


@dataclass(frozen=True)
class Bell:
    """A promo's bell; of an orphan only what the timetable says."""

    job: str
    step: Step
    rings_at: datetime | None
    starts_at: datetime | None = None
    promo_id: int | None = None


@dataclass(frozen=True)
class PromoName:
    """What people call a promo."""

    product: str
    store: str
    time_zone: str


def compare(
    present: Mapping[bytes, datetime | None],
    awaiting: Iterable[tuple[int, datetime]],
    now: datetime,
) -> list[Bell]:
    """Each bell of the timetable and each promo that should have one, by when it comes.

    Args:
        present: what the timetable holds, by the job's id.
        awaiting: ids and starts of the promos that await their start.
        now: the time of the rules; what is due by then has rung or is about to.
    """
    left = dict(present)
    bells = []
    for promo_id, start in awaiting:
        name = job_id(ACTIVATE, promo_id)
        rings_at, is_there = left.pop(name.encode(), None), name.encode() in present
        step = _step(is_there, rings_at, start, now)
        bells.append(Bell(name, step, rings_at, start, promo_id))
    soon = now + ABOUT_TO_RING
    orphans = [
        Bell(shown(raw_id), Step.ORPHAN, at)
        for raw_id, at in left.items()
        if at is None or at > soon or not raw_id.startswith(f"{ACTIVATE}-".encode())
    ]
    return sorted([*bells, *orphans], key=lambda each: each.starts_at or each.rings_at or now)


def awaited(now: datetime) -> list[tuple[int, datetime]]:
    """The promos that await their start, as the database knows them."""
    return list(queries.awaiting_activation(now))


def names_of(promo_ids: Collection[int]) -> dict[int, PromoName]:
    """What people call these promos."""
    found = session().execute(
        select(Promo.id, Product.name, Store.name.label("store"), Store.time_zone)
        .join(Product, Product.id == Promo.product_id)
        .join(Store, Store.id == Product.store_id)
        .where(Promo.id.in_(promo_ids))
    )
    return {row.id: PromoName(row.name, row.store, row.time_zone) for row in found}


def _step(is_there: bool, rings_at: datetime | None, start: datetime, now: datetime) -> Step:
    if start <= now:
        return Step.DUE
    if start <= now + ABOUT_TO_RING:
        return Step.IN_STEP
    if not is_there:
        return Step.MISSING
    return Step.IN_STEP if rings_at == next_whole_second(start) else Step.AT_ANOTHER_TIME

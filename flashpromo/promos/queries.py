"""Reading promos: one, a page, what runs, and what runs for one client."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from geoalchemy2 import Geometry
from sqlalchemy import ColumnElement, Select, and_, cast, func, or_, select
from sqlalchemy.orm import contains_eager

from flashpromo.audience import reach
from flashpromo.db import session
from flashpromo.errors import NotFound
from flashpromo.ids import one_of
from flashpromo.market.models import Product, Store
from flashpromo.promos.models import Promo, PromoRun
from flashpromo.promos.states import FINISHED, State, running, state_is

Found = TypeVar("Found", bound=Select[Any])


@dataclass(frozen=True)
class Sight:
    """What somebody may see: all promos, those of some stores, or what shoppers see."""

    store_ids: frozenset[int] | None = None
    started_only: bool = False

    def condition(self, now: ColumnElement[datetime]) -> ColumnElement[bool]:
        """The sight as a predicate over `Promo` joined to its product and run."""
        seen: list[ColumnElement[bool]] = [Promo.deleted_at.is_(None)]
        if self.store_ids is not None:
            seen.append(one_of(Product.store_id, self.store_ids))
        if self.started_only:
            over = state_is(FINISHED, now)
            begun = and_(Promo.start_time <= now, or_(Promo.published, over))
            seen.append(begun)
        return and_(*seen)


EVERYTHING = Sight()
SHOPPER = Sight(started_only=True)


def lock(promo_id: int) -> Promo:
    """The promo with its run, its row locked until the transaction ends.

    Raises:
        NotFound: no such promo, or it is deleted.
    """
    session().execute(select(Promo.id).where(Promo.id == promo_id).with_for_update(key_share=True))
    return _only(Promo.id == promo_id, Promo.deleted_at.is_(None))


def product_of(promo_id: int) -> int:
    """The id of the promo's product, before anything is locked.

    Raises:
        NotFound: no such promo.
    """
    product_id = session().scalar(
        select(Promo.product_id).where(Promo.id == promo_id, Promo.deleted_at.is_(None))
    )
    if product_id is None:
        raise NotFound
    return product_id


def stores_of(promo_ids: Collection[int]) -> dict[int, int]:
    """The ids of the stores of these promos, by promo id."""
    found = select(Promo.id, Product.store_id).join(Product).where(Promo.id.in_(promo_ids))
    return {row.id: row.store_id for row in session().execute(found)}


def get(promo_id: int, sight: Sight, now: datetime) -> Promo:
    """One promo as far as `sight` goes.

    Raises:
        NotFound: no such promo, deleted, or out of sight.
    """
    return _only(Promo.id == promo_id, sight.condition(reach.at(now)))


def any_promo(promo_id: int) -> Promo:
    """The promo, deleted or not: its deliveries still have to be settled.

    Raises:
        NotFound: there never was one.
    """
    return _only(Promo.id == promo_id)


def place_of(promo_id: int) -> tuple[float, float]:
    """The point that the promo carries: degrees north and east."""
    point = cast(Promo.location, Geometry("POINT", 4326))
    found = session().execute(
        select(func.ST_Y(point), func.ST_X(point)).where(Promo.id == promo_id)
    )
    latitude, longitude = found.one()
    return latitude, longitude


def by_id(promo_ids: Collection[int]) -> dict[int, Promo]:
    """Promos by id, deleted ones too, for what was reserved of them. One query."""
    rows = session().scalars(
        whole().where(Promo.id.in_(promo_ids)).execution_options(populate_existing=True)
    )
    return {row.id: row for row in rows}


def page(
    sight: Sight,
    now: datetime,
    *,
    states: Collection[State] = (),
    product_id: int | None = None,
    offset: int = 0,
    limit: int = 10,
) -> tuple[int, list[Promo]]:
    """A page of promos, newest first, and how many there are in all: two queries."""
    conditions = [sight.condition(reach.at(now))]
    if states:
        conditions.append(state_is(states, reach.at(now)))
    if product_id is not None:
        conditions.append(Promo.product_id == product_id)
    return page_of(conditions, [Promo.id.desc()], offset=offset, limit=limit)


def page_of(
    conditions: Sequence[ColumnElement[bool]],
    order: Sequence[ColumnElement[Any]],
    *,
    offset: int,
    limit: int,
) -> tuple[int, list[Promo]]:
    """A page of the promos of these conditions, over `Promo` joined to its product and run."""
    return _count(conditions), some_of(conditions, order, offset=offset, limit=limit)


def _count(conditions: Sequence[ColumnElement[bool]]) -> int:
    found = _joined(select(func.count()).select_from(Promo)).where(*conditions)
    return session().scalar(found) or 0


def _joined(found: Found) -> Found:
    return found.join(Product, Product.id == Promo.product_id).join(
        PromoRun, PromoRun.promo_id == Promo.id
    )


def some_of(
    conditions: Sequence[ColumnElement[bool]],
    order: Sequence[ColumnElement[Any]],
    *,
    offset: int,
    limit: int,
) -> list[Promo]:
    """The same without the count, for who knows it or does not want to."""
    rows = whole().where(*conditions).order_by(*order).offset(offset).limit(limit)
    return list(session().scalars(rows))


def list_running(now: datetime, sight: Sight) -> list[Promo]:
    """Every promo that runs at `now`, those that end first in front."""
    return list(
        session().scalars(
            whole()
            .where(running(reach.at(now)), sight.condition(reach.at(now)))
            .order_by(Promo.end_time, Promo.id)
        )
    )


def page_running(now: datetime, sight: Sight, *, offset: int, limit: int) -> tuple[int, list[int]]:
    """The ids of a page of the same, and how many there are in all: two queries."""
    moment = reach.at(now)
    conditions = [running(moment), sight.condition(moment)]
    ids = _joined(select(Promo.id)).where(*conditions).order_by(Promo.end_time, Promo.id)
    page = session().scalars(ids.offset(offset).limit(limit))
    return _count(conditions), list(page)


def awaiting_activation(now: datetime) -> Iterable[tuple[int, datetime]]:
    """Ids and starts of the published promos still to come, for the timetable."""
    rows = session().execute(
        select(Promo.id, Promo.start_time)
        .join(PromoRun, PromoRun.promo_id == Promo.id)
        .where(
            Promo.published,
            Promo.end_time > now,
            PromoRun.activated_at.is_(None),
            PromoRun.paused_at.is_(None),
            PromoRun.cancelled_at.is_(None),
        )
    )
    return [(row.id, row.start_time) for row in rows]


def _only(*conditions: ColumnElement[bool]) -> Promo:
    """The promo of these conditions as it stands now."""
    found = whole().where(*conditions).execution_options(populate_existing=True)
    promo = session().scalar(found)
    if promo is None:
        raise NotFound
    return promo


def whole() -> Select[Promo]:
    """Promos with their product, store and run in one query; joined to them, for conditions."""
    return (
        select(Promo)
        .join(Product, Product.id == Promo.product_id)
        .join(Store, Store.id == Product.store_id)
        .join(PromoRun, PromoRun.promo_id == Promo.id)
        .options(
            contains_eager(Promo.product).contains_eager(Product.store),
            contains_eager(Promo.run),
        )
    )

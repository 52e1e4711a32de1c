"""What a list of promos may be narrowed to, and in which order it comes."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, func, or_, select, text

from flashpromo.audience import reach
from flashpromo.db import session
from flashpromo.market.models import Product, Store
from flashpromo.promos import queries
from flashpromo.promos.models import Promo, PromoRun
from flashpromo.promos.queries import Sight
from flashpromo.promos.states import LIVE, State, state_column, state_is

COLUMNS: Final[Mapping[str, Any]] = {
    "id": Promo.id,
    "start_time": Promo.start_time,
    "end_time": Promo.end_time,
    "promo_price": Promo.promo_price,
    "created_at": Promo.created_at,
}
ORDERS: Final = tuple(f"{sign}{name}" for name in COLUMNS for sign in ("", "-"))
"""The names of the orders; a minus turns one around."""
NEWEST_FIRST: Final = "-id"


@dataclass(frozen=True)
class Wanted:
    """Which promos; what is None or empty narrows nothing. Times are at or after, and before."""

    states: Collection[State] = ()
    is_active: bool | None = None
    product_id: int | None = None
    store_id: int | None = None
    segment_id: int | None = None
    starts_after: datetime | None = None
    starts_before: datetime | None = None
    ends_after: datetime | None = None
    ends_before: datetime | None = None
    created_at: datetime | None = None
    """Those that were made at one instant: what is made together is."""
    words: str | None = None
    """Part of the name of the product or of its store, in any case."""

    def conditions(self, now: ColumnElement[datetime]) -> list[ColumnElement[bool]]:
        """The predicates over `Promo` joined to its product and run."""
        live = state_is(LIVE, now)
        return [
            *([state_is(self.states, now)] if self.states else []),
            *_if(self.is_active, lambda wanted: live if wanted else ~live),
            *_if(self.product_id, lambda wanted: Promo.product_id == wanted),
            *_if(self.store_id, lambda wanted: Product.store_id == wanted),
            *_if(self.segment_id, lambda wanted: Promo.segment_ids.contains([wanted])),
            *_if(self.starts_after, lambda wanted: Promo.start_time >= wanted),
            *_if(self.starts_before, lambda wanted: Promo.start_time < wanted),
            *_if(self.ends_after, lambda wanted: Promo.end_time >= wanted),
            *_if(self.ends_before, lambda wanted: Promo.end_time < wanted),
            *_if(self.created_at, lambda wanted: Promo.created_at == wanted),
            *_if(self.words, _named),
        ]


def page(
    sight: Sight, now: datetime, wanted: Wanted, *, order: str, offset: int, limit: int
) -> tuple[int, list[Promo]]:
    """A page of promos and how many there are in all: two queries, whatever is wanted.

    Args:
        sight: what the asking person may see.
        now: the time by which states are told.
        wanted: which of them.
        order: one of `ORDERS`; promos that are equal in it follow by their id, the newest first.
        offset: how many to leave out.
        limit: how many to show.
    """
    found = _asked(sight, now, wanted, order)
    return queries.page_of(*found, offset=offset, limit=limit)


def first(sight: Sight, now: datetime, wanted: Wanted, *, order: str, limit: int) -> list[Promo]:
    """The first promos of such a page, not counted: one query."""
    return queries.some_of(*_asked(sight, now, wanted, order), offset=0, limit=limit)


def counts(
    sight: Sight, now: datetime, wanted: Wanted, states: Collection[State] = tuple(State)
) -> dict[State, int]:
    """How many promos there are in each of some states; `wanted.states` is not asked. One query.

    Args:
        sight: what the asking person may see.
        now: the time by which states are told.
        wanted: which of them.
        states: those to count; where promos that are over are not asked for, none is looked at.
    """
    moment = reach.at(now)
    state = state_column(moment).label("state")
    asked = () if set(states) == set(State) else states
    conditions = [
        sight.condition(moment),
        *replace(wanted, states=asked).conditions(moment),
    ]
    rows = session().execute(
        select(state, func.count())
        .select_from(Promo)
        .join(Product, Product.id == Promo.product_id)
        .join(PromoRun, PromoRun.promo_id == Promo.id)
        .where(*conditions)
        .group_by(text("state"))
    )
    found = {State(name): number for name, number in rows}
    return {each: found.get(each, 0) for each in State if each in states}


def _asked(
    sight: Sight, now: datetime, wanted: Wanted, order: str
) -> tuple[list[ColumnElement[bool]], list[ColumnElement[Any]]]:
    """Conditions and order of a list; promos that are equal in it follow by their id."""
    column = COLUMNS[order.removeprefix("-")]
    by = column.desc() if order.startswith("-") else column.asc()
    moment = reach.at(now)
    conditions = [sight.condition(moment), *wanted.conditions(moment)]
    return conditions, [by, Promo.id.desc()]


def _if(wanted: Any, predicate: Any) -> list[ColumnElement[bool]]:
    return [] if wanted is None else [predicate(wanted)]


def _named(words: str) -> ColumnElement[bool]:
    stores = select(Store.id).where(Store.name.icontains(words, autoescape=True))
    return or_(Product.name.icontains(words, autoescape=True), Product.store_id.in_(stores))

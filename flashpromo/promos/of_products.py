"""The promos of products that are not over: how many, and what a new price would mean for them."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from sqlalchemy import func, select

from flashpromo.audience import reach
from flashpromo.db import session
from flashpromo.promos import queries
from flashpromo.promos.models import Promo, PromoRun
from flashpromo.promos.queries import EVERYTHING
from flashpromo.promos.states import FINISHED, LIVE, State, state_at, state_column, state_is

OPEN = frozenset(State) - FINISHED
MOST = 50


@dataclass(frozen=True)
class Standing:
    """A promo that is not over, and its state."""

    promo: Promo
    state: State

    def allows(self, price: Decimal) -> bool:
        """Whether a regular price stays above its own."""
        return self.promo.promo_price < price


def live_counts(product_ids: Collection[int], now: datetime) -> Mapping[int, Mapping[State, int]]:
    """How many promos of each product are scheduled, running or paused; one query.

    A product without any is left out.
    """
    moment = reach.at(now)
    state = state_column(moment).label("state")
    rows = session().execute(
        select(Promo.product_id, state, func.count().label("promos"))
        .join(PromoRun, PromoRun.promo_id == Promo.id)
        .where(
            Promo.product_id.in_(product_ids),
            Promo.deleted_at.is_(None),
            state_is(LIVE, moment),
        )
        .group_by(Promo.product_id, state)
    )
    found: dict[int, dict[State, int]] = {}
    for row in rows:
        found.setdefault(row.product_id, {})[State(row.state)] = row.promos
    return found


def standing(product_id: int, now: datetime) -> Sequence[Standing]:
    """The promos of a product that a change of it would touch, the newest first; `MOST` at most."""
    _, found = queries.page(EVERYTHING, now, states=OPEN, product_id=product_id, limit=MOST)
    return [Standing(each, state_at(each, now)) for each in found]

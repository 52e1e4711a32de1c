"""How many promos stand at each of several stores, by their state: one query for a whole list."""

from collections import Counter
from collections.abc import Collection
from datetime import datetime

from sqlalchemy import func, select, text

from flashpromo.audience import reach
from flashpromo.db import session
from flashpromo.ids import one_of
from flashpromo.market.models import Product
from flashpromo.promos.models import Promo, PromoRun
from flashpromo.promos.states import LIVE, State, state_column


class Standing(Counter[State]):
    """The promos of a store, counted by state; a state that none is in counts zero."""

    @property
    def live(self) -> int:
        """How many are published and not over: what a change of the store is felt by."""
        return sum(self[state] for state in LIVE)


def counts(store_ids: Collection[int], now: datetime) -> dict[int, Standing]:
    """What stands at each of these stores at `now`, by the id of the store."""
    found = {store_id: Standing() for store_id in store_ids}
    state = state_column(reach.at(now)).label("state")
    rows = session().execute(
        select(Product.store_id, state, func.count().label("promos"))
        .join(Promo, Promo.product_id == Product.id)
        .join(PromoRun, PromoRun.promo_id == Promo.id)
        .where(one_of(Product.store_id, store_ids), Promo.deleted_at.is_(None))
        .group_by(Product.store_id, text("state"))
    )
    for row in rows:
        found[row.store_id][State(row.state)] = row.promos
    return found

"""How many units of promos are free, held and sold: what pages show beside a promo."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, func, or_, select

from flashpromo.audience import reach
from flashpromo.db import session
from flashpromo.promos.models import PromoUnit


@dataclass(frozen=True)
class Stock:
    """The units of a promo at one time; those that are not offered any more are not among them."""

    free: int = 0
    held: int = 0
    sold: int = 0

    @property
    def left(self) -> int:
        """What is not sold: whoever holds one may still give it back."""
        return self.free + self.held


NOTHING = Stock()


def of(promo_ids: Collection[int], now: datetime) -> Mapping[int, Stock]:
    """The stock of each promo at `now`; one query. One without any unit is left out."""
    moment = reach.at(now)
    unsold = and_(PromoUnit.sold_at.is_(None), ~PromoUnit.closed)
    is_held = PromoUnit.held_until > moment
    free = and_(unsold, or_(PromoUnit.held_until.is_(None), ~is_held))
    rows = session().execute(
        select(
            PromoUnit.promo_id,
            func.count().filter(free).label("free"),
            func.count().filter(unsold, is_held).label("held"),
            func.count().filter(PromoUnit.sold_at.is_not(None)).label("sold"),
        )
        .where(PromoUnit.promo_id.in_(promo_ids))
        .group_by(PromoUnit.promo_id)
    )
    return {row.promo_id: Stock(row.free, row.held, row.sold) for row in rows}

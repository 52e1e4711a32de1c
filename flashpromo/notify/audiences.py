"""Looking at an audience without telling anybody: how many, who not and why.

Both use the very predicates of the activation.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from sqlalchemy import Integer, Numeric, and_, func, literal, select
from sqlalchemy.dialects.postgresql import ARRAY

from flashpromo.audience import reach
from flashpromo.audience.models import Client
from flashpromo.audience.reach import Row
from flashpromo.db import session
from flashpromo.errors import NotFound
from flashpromo.market.models import Store
from flashpromo.notify.slot import notifiable, slot_free
from flashpromo.promos.models import Promo


@dataclass(frozen=True)
class Explanation:
    """How one client stands to one promo, part by part.

    `distance_m` and `radius_m` are metres; `parts` maps the name of each refusal to whether the
    client passes it. The first four decide *reach*, all of them *notifiable*.
    """

    client_id: int
    promo_id: int
    distance_m: float | None
    radius_m: float
    located_at: datetime | None
    parts: Mapping[str, bool]
    reached: bool
    notifiable: bool

    @property
    def reasons(self) -> list[str]:
        """The names of the parts that fail, in the order in which they are told."""
        return reach.reasons(self.parts)


def explain(client_id: int, promo_id: int, now: datetime) -> Explanation:
    """Every part of *reach* and *notifiable* for one client and one promo.

    Raises:
        NotFound: no such client or promo.
    """
    moment = reach.at(now)
    parts = {
        **reach.reach_parts(Client, Promo, moment),
        "opted_out": Client.opted_in.is_(True),
        "already_notified_today": slot_free(Client, moment, now.date()),
    }
    row = (
        session()
        .execute(
            select(
                reach.distance_m(Client, Promo),
                reach.radius_m(Promo),
                Client.located_at,
                func.coalesce(reach.reach(Client, Promo, moment), False),
                func.coalesce(notifiable(Client, Promo, moment, now.date()), False),
                *(func.coalesce(part, False) for part in parts.values()),
            )
            .select_from(Client)
            .join(Promo, and_(Client.id == client_id, Promo.id == promo_id))
        )
        .one_or_none()
    )
    if row is None:
        raise NotFound("No such client or promo.")
    distance, radius, located_at, reached, tellable, *passed = row
    return Explanation(
        client_id=client_id,
        promo_id=promo_id,
        distance_m=distance,
        radius_m=radius,
        located_at=located_at,
        parts=dict(zip(parts, passed, strict=True)),
        reached=reached,
        notifiable=tellable,
    )


def count(promo: Row, now: datetime) -> int:
    """How many clients an activation of `promo` at `now` would notify.

    Args:
        promo: `imagined(…)`, or an alias of `Promo` narrowed to one row.
        now: the time of the look.
    """
    counted = session().scalar(
        select(func.count())
        .select_from(Client)
        .where(notifiable(Client, promo, reach.at(now), now.date()))
    )
    return counted or 0


def imagined(store_id: int, segment_ids: Sequence[int], max_distance_km: Decimal) -> Row:
    """A promo that is not written yet, as far as the predicates need one."""
    return (
        select(
            Store.location,
            literal(list(segment_ids), ARRAY(Integer)).label("segment_ids"),
            literal(max_distance_km, Numeric).label("max_distance_km"),
        )
        .where(Store.id == store_id, Store.deleted_at.is_(None))
        .subquery("imagined")
        .c
    )

"""The promos that run and reach one client, the nearest in front."""

from datetime import datetime
from functools import cache
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Select, bindparam, func, select
from sqlalchemy.dialects.postgresql import TIMESTAMP

from flashpromo import config
from flashpromo.audience import reach
from flashpromo.audience.models import Client
from flashpromo.db import session
from flashpromo.promos.models import Promo, PromoRun
from flashpromo.promos.queries import whole
from flashpromo.promos.states import running

Found = TypeVar("Found", bound=Select[Any])


def promos(client_id: int, now: datetime) -> list[Promo]:
    """The promos that run at `now` and reach the client, the nearest in front."""
    reaching = _reaching(whole())
    return list(session().scalars(reaching, {"client_id": client_id, "now": now}))


def page(client_id: int, now: datetime, *, offset: int, limit: int) -> tuple[int, list[int]]:
    """The ids of a page of the same, and how many there are in all: one query."""
    reaching = _ids_reaching(config.current().max_location_age_days)
    found = session().execute(reaching, {"client_id": client_id, "now": now}).scalars().all()
    return len(found), list(found[offset : offset + limit])


@cache
def _ids_reaching(_location_age_days: float) -> Select[Any]:
    """Written once for each limit: to write it takes longer than to ask it."""
    return _reaching(select(Promo.id).join(PromoRun, PromoRun.promo_id == Promo.id))


def _reaching(found: Found) -> Found:
    """Of a `client_id` and at a time `now`, which are bound."""
    moment: ColumnElement[datetime] = bindparam("now", type_=TIMESTAMP(timezone=True))
    largest = (
        select(func.max(Promo.max_distance_km) * 1000).where(Promo.published).scalar_subquery()
    )
    return (
        found.join(Client, reach.near_promos(Client, Promo, largest))
        .where(
            Client.id == bindparam("client_id"),
            running(moment),
            reach.reach(Client, Promo, moment),
        )
        .order_by(reach.distance_m(Client, Promo), Promo.id)
    )

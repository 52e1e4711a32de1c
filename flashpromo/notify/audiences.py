"""Looking at an audience without telling anybody: how many, who not and why.

All use the very predicates of the activation.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from geoalchemy2 import Geography
from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Integer,
    Numeric,
    and_,
    case,
    cast,
    func,
    literal,
    not_,
    select,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY

from flashpromo import config
from flashpromo.audience import reach, samples
from flashpromo.audience.models import Client
from flashpromo.audience.reach import Row
from flashpromo.db import session
from flashpromo.errors import NotFound
from flashpromo.notify.disclosure import Group, Question, seed
from flashpromo.notify.models import Notification
from flashpromo.notify.slot import notifiable, slot_free
from flashpromo.promos.models import Promo

AUDIENCE: Final = "audience"
PLANNER: Final = text("""
SELECT set_config('jit', 'off', true), set_config('parallel_setup_cost', '10000', true),
  set_config('enable_sort', 'off', true)
""")
"""To compile these queries, or to start a worker for a radius of 2 km, takes longer than to run
them; one of 10 km is worth a worker. The planner expects a handful of clients in any circle,
and would sort a quarter of a million of them by name of their part instead of counting."""
HASH_ALL: Final = text("SELECT set_config('work_mem', '128MB', true)")
"""A million who were told are one hash table: to look each of them up takes ten times as long."""


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
    parts = _parts(Client, Promo, moment, now)
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


def count(asked: Question, now: datetime, nth: int = 1) -> dict[str, Group]:
    """The clients in range, each counted once: under its first failing part, or `audience`.

    Whoever's location is unknown is in no range. `audience` is whom an activation at `now` would
    tell. One query, driven by the index on the clients' points; what it says of who they are is the
    same for the same clients, in whatever order they are found.

    Args:
        asked: the terms.
        now: of the activation.
        nth: 1, or one of `samples.SIZES`: only every nth client is looked at.
    """
    session().execute(PLANNER)
    promo = _imagined(asked)
    parts = _parts(Client, promo, reach.at(now), now)
    in_range = parts.pop("out_of_range")
    if nth > 1:
        in_range = and_(in_range, samples.every(nth, Client))
    del parts["location_unknown"]
    part = case(*((not_(func.coalesce(holds, False)), name) for name, holds in parts.items()))
    found = (
        select(func.coalesce(part, AUDIENCE).label("part"), Client.id).where(in_range).subquery()
    )
    rows = session().execute(
        select(found.c.part, func.count(), _who(found.c.id)).group_by(found.c.part)
    )
    counted = {name: Group(size, who) for name, size, who in rows}
    return {name: counted.get(name, Group()) for name in (AUDIENCE, *parts)}


def first(asked: Question, now: datetime) -> Group:
    """The first clients whom an activation at `now` would tell, wherever they stand.

    As many as make sure that the rough number is above 0; where there are fewer, all of them, as
    `count` counts them. One query, which ends early where many would be told.
    """
    session().execute(PLANNER)
    told = (
        select(Client.id)
        .where(notifiable(Client, _imagined(asked), reach.at(now), now.date()))
        .limit(surely_shown())
        .subquery()
    )
    size, who = session().execute(select(func.count(), _who(told.c.id))).one()
    return Group(size, who or 0)


def surely_shown() -> int:
    """From how many clients on a rough number is above 0, whatever its offsets are."""
    settings = config.current()
    return settings.preview_minimum + settings.preview_rounding + 1


def count_reached_untold(promo_id: int, activated_at: datetime) -> int:
    """How many clients the promo reaches that its activation did not tell.

    The age of a location is taken at the activation. Who was told and has left since is not missed:
    those who were told are counted by their rows.
    """
    session().execute(PLANNER)
    session().execute(HASH_ALL)
    day = activated_at.date()
    told = select(Notification.client_id).where(
        Notification.promo_id == promo_id,
        Notification.created_at == activated_at,
        Notification.local_day.between(day - timedelta(days=1), day + timedelta(days=1)),
    )
    counted = session().scalar(
        select(func.count())
        .select_from(Promo)
        .join(Client, reach.reach(Client, Promo, reach.at(activated_at)))
        .where(Promo.id == promo_id, Client.id.not_in(told))
    )
    return counted or 0


def _parts(client: Row, promo: Row, moment: Any, now: datetime) -> dict[str, ColumnElement[bool]]:
    """Every part of *notifiable* by the name of its refusal, in the order in which it is told."""
    return {
        **reach.reach_parts(client, promo, moment),
        "opted_out": client.opted_in.is_(True),
        "already_notified_today": slot_free(client, moment, now.date()),
    }


def _who(client_id: ColumnElement[int]) -> ColumnElement[int]:
    """A number of the very set of clients, see `Group`."""
    return func.bit_xor(func.hashint8extended(client_id, literal(seed(), BigInteger)))


@dataclass(frozen=True)
class _Imagined:
    """A promo that is not written yet, as far as the predicates need one."""

    location: ColumnElement[Any]
    segment_ids: ColumnElement[Any]
    max_distance_km: ColumnElement[Any]


def _imagined(asked: Question) -> _Imagined:
    point = func.ST_SetSRID(func.ST_MakePoint(asked.longitude, asked.latitude), 4326)
    return _Imagined(
        location=cast(point, Geography("POINT", 4326)),
        segment_ids=literal(list(asked.segment_ids), ARRAY(Integer)),
        max_distance_km=literal(asked.max_distance_km, Numeric),
    )

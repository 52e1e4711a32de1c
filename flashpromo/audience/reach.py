"""Whom a promo reaches: the predicates, written once.

*Reach* decides who sees a promo and who may reserve it: in one of its segments, within its radius
on the spheroid, with a location that is known and young enough. `notify.slot` adds what makes a
client *notifiable*. The activation, the preview count, the eligible list, the reservation check and
`explain` all put these same expressions together.

Every expression relates a row of clients to a row of promos; pass the mapped classes or aliases of
them. `ST_DWithin` on geography measures metres on WGS 84 and uses the GiST index of whichever side
the planner drives from; segments are filtered after it and have no index of their own on purpose.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import (
    Boolean,
    ColumnElement,
    Double,
    Integer,
    and_,
    case,
    cast,
    func,
    literal,
    select,
)
from sqlalchemy.dialects.postgresql import ARRAY, TIMESTAMP

from flashpromo import config

Row = Any
"""A mapped class or an alias of it."""
PARTS: Final = ("location_unknown", "location_too_old", "out_of_range", "not_in_segments")
"""What may fail of *reach*, by the name of its refusal, in the order in which they are told."""


def in_segments(client: Row, promo: Row) -> ColumnElement[bool]:
    """The client belongs to at least one of the promo's segments."""
    overlap: ColumnElement[bool] = client.segment_ids.op("&&", is_comparison=True)(
        promo.segment_ids
    )
    return overlap


def matched_segment(client: Row, promo: Row) -> ColumnElement[int]:
    """The promo's smallest segment id that the client is in; NULL when there is none."""
    offered = func.unnest(promo.segment_ids, type_=Integer).column_valued("offered")
    return (
        select(func.min(offered))
        .where(offered == func.any(cast(client.segment_ids, ARRAY(Integer))))
        .scalar_subquery()
    )


def radius_m(promo: Row) -> ColumnElement[float]:
    """The promo's radius in metres."""
    return cast(promo.max_distance_km * 1000, Double)


def distance_m(client: Row, promo: Row) -> ColumnElement[float]:
    """Geodesic distance in metres on WGS 84; NULL while the client's location is unknown."""
    return func.ST_Distance(client.location, promo.location, type_=Double)


def within_radius(client: Row, promo: Row) -> ColumnElement[bool]:
    """The client stands within the promo's radius, the edge included."""
    return func.ST_DWithin(client.location, promo.location, radius_m(promo), type_=Boolean)


def near_promos(
    client: Row, promo: Row, largest_radius_m: ColumnElement[Any]
) -> ColumnElement[bool]:
    """Implied by `within_radius`; lets "which promos reach this client" use the promos' own index.

    Args:
        client: the client's row.
        promo: the promos' row; its GiST index covers published promos only.
        largest_radius_m: at least the largest radius in use, in metres; one value a statement.
    """
    return func.ST_DWithin(promo.location, client.location, largest_radius_m, type_=Boolean)


def location_known(client: Row) -> ColumnElement[bool]:
    """The client has a location at all."""
    known: ColumnElement[bool] = client.located_at.is_not(None)
    return known


def location_fresh(client: Row, now: ColumnElement[datetime]) -> ColumnElement[bool]:
    """The fix is younger than the marketplace's limit."""
    fresh: ColumnElement[bool] = client.located_at > now - location_age_limit()
    return fresh


def location_age_limit() -> timedelta:
    """How old a fix may be."""
    return timedelta(days=config.current().max_location_age_days)


def reach(client: Row, promo: Row, now: ColumnElement[datetime]) -> ColumnElement[bool]:
    """The promo reaches the client: who may see it and who may reserve it."""
    return and_(*reach_parts(client, promo, now).values())


def reach_parts(
    client: Row, promo: Row, now: ColumnElement[datetime]
) -> Mapping[str, ColumnElement[bool]]:
    """The parts of `reach` by the name of their refusal, in the order in which they are told."""
    predicates = (
        location_known(client),
        location_fresh(client, now),
        within_radius(client, promo),
        in_segments(client, promo),
    )
    return dict(zip(PARTS, predicates, strict=True))


def reasons(parts: Mapping[str, bool]) -> list[str]:
    """The names of the parts that fail, in the order in which they are told.

    What is not known has no distance and no age to complain about.
    """
    failing = [name for name, holds in parts.items() if not holds]
    if "location_unknown" in failing:
        moot = {"location_too_old", "out_of_range"}
        failing = [name for name in failing if name not in moot]
    return failing


def client_zone(client: Row, now: ColumnElement[datetime]) -> ColumnElement[str]:
    """The client's time zone at `now`: a changed one counts once its local day is over."""
    own = case((client.next_time_zone_from <= now, client.next_time_zone), else_=client.time_zone)
    return func.coalesce(own, literal(config.current().marketplace_time_zone))


def at(now: datetime) -> ColumnElement[datetime]:
    """The time of a statement as one bound parameter: aware, microseconds kept."""
    return literal(now, type_=TIMESTAMP(timezone=True))

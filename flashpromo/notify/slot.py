"""The slot of the day: at most one notification for each client and local calendar day.

The primary key of `notification` enforces it. The predicate here only keeps clients whose slot is
used out of the wave, as a hashed anti-join over the days around now (a local day is never more than
one off the UTC day).
"""

from datetime import date, datetime, timedelta

from sqlalchemy import ColumnElement, Date, and_, cast, func, not_, select

from flashpromo.audience import reach
from flashpromo.audience.reach import Row
from flashpromo.notify.models import Notification


def local_day(client: Row, now: ColumnElement[datetime]) -> ColumnElement[date]:
    """The client's calendar day at `now`, in its own zone or else the marketplace's."""
    return cast(func.timezone(reach.client_zone(client, now), now), Date)


def slot_free(client: Row, now: ColumnElement[datetime], around: date) -> ColumnElement[bool]:
    """The client has not been told of any promo on its local day.

    Args:
        client: the clients' row.
        now: the time of the statement.
        around: the UTC day of `now`; bounds the partitions that are read.
    """
    told = select(Notification.client_id).where(
        Notification.client_id == client.id,
        Notification.local_day == local_day(client, now),
        Notification.local_day.between(around - timedelta(days=1), around + timedelta(days=1)),
    )
    return not_(told.exists())


def notifiable(
    client: Row, promo: Row, now: ColumnElement[datetime], around: date
) -> ColumnElement[bool]:
    """Reached, opted in, and the slot of the day is free: whom an activation tells."""
    return and_(reach.reach(client, promo, now), client.opted_in, slot_free(client, now, around))

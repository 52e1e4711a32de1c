"""Quiet hours: when a client's phone must not ring, and when it may again.

They are times of the client's own day, read on its own clock, so a change of the clock moves them
along. A time that the clock skips on the day of a change counts as that much later; of one that
comes twice the second counts.
"""

from datetime import datetime

from sqlalchemy import ColumnElement, Date, Time, and_, case, cast, func, or_
from sqlalchemy.dialects.postgresql import TIMESTAMP

from flashpromo.audience import reach
from flashpromo.audience.reach import Row


def quiet_until(client: Row, now: ColumnElement[datetime]) -> ColumnElement[datetime | None]:
    """The end of the quiet hours that the client is in at `now`; NULL when it may be rung."""
    zone = reach.client_zone(client, now)
    wall = func.timezone(zone, now)
    clock, day = cast(wall, Time), cast(wall, Date)
    begun, not_over = clock >= client.quiet_from, clock < client.quiet_until
    over_midnight = client.quiet_from > client.quiet_until
    quiet = case((over_midnight, or_(begun, not_over)), else_=and_(begun, not_over))
    last_day = case((and_(over_midnight, begun), day + 1), else_=day)
    end = func.timezone(zone, last_day.op("+")(client.quiet_until), type_=TIMESTAMP(timezone=True))
    return case((quiet, end))

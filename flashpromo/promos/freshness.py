"""How long a list of promos stays true if nobody writes: until the next start or end of any promo.

The time is read in the same statement: whoever computes a list begins with it.
"""

from datetime import UTC, datetime, timedelta
from typing import Final

from sqlalchemy import Interval, bindparam, text

from flashpromo.audience import reach
from flashpromo.db import session

AT_MOST: Final = timedelta(days=1)

LOOK: Final = text("""
WITH clock AS MATERIALIZED (SELECT app_now() AS now)
SELECT now, least(
    (SELECT min(start_time) FROM promo WHERE published AND start_time > now),
    (SELECT min(end_time) FROM promo WHERE published AND end_time > now),
    (SELECT located_at + :fix_life FROM client
     WHERE id = :client_id AND located_at + :fix_life > now)) AS until
FROM clock
""").bindparams(bindparam("fix_life", type_=Interval))


def look(client_id: int | None = None) -> tuple[datetime, datetime]:
    """The time, and until when a list read at that time stays true: at most a day. One query.

    Args:
        client_id: whose own list it is: it ends, too, when its location becomes too old.
    """
    values = {"client_id": client_id, "fix_life": reach.location_age_limit()}
    row = session().execute(LOOK, values).one()
    now: datetime = row.now.astimezone(UTC)
    latest = now + AT_MOST
    return now, latest if row.until is None else min(row.until, latest)

"""Where deliveries wait, in SQL for whoever asks: the sweep that wakes a worker, and health.

What is pending lies in the weeks since some day, mostly in the last one or two. Told that day, the
planner leaves all weeks before it out; else each of a year's is planned and probed by itself, and
that three times.
"""

from datetime import date, datetime, timedelta
from typing import Final

from sqlalchemy import text

from flashpromo.db import session

PAIRS: Final = """
pair (promo_id, channel) AS (
  (SELECT promo_id, channel FROM delivery WHERE state = 'pending' AND local_day >= :since
   ORDER BY promo_id, channel LIMIT 1)
  UNION ALL
  SELECT further.promo_id, further.channel FROM pair, LATERAL (
    SELECT d.promo_id, d.channel FROM delivery AS d
    WHERE d.state = 'pending' AND d.local_day >= :since
      AND (d.promo_id, d.channel) > (pair.promo_id, pair.channel)
    ORDER BY d.promo_id, d.channel LIMIT 1) AS further
)
"""
"""For WITH RECURSIVE: each promo and channel that has something pending of the day `since` or
later, by one index probe for each of them, however many rows wait."""

IS_KEPT: Final = """
EXISTS (
  SELECT FROM promo JOIN promo_run AS run ON run.promo_id = promo.id
  WHERE promo.id = pair.promo_id AND promo.published AND promo.end_time > :now
    AND run.paused_at IS NOT NULL AND run.ended_at IS NULL
    AND run.sold_out_at IS NULL AND run.cancelled_at IS NULL)
"""
"""A paused promo keeps its deliveries until it goes on or is over; a condition on a `pair`."""

ANY_BEFORE: Final = text("""
SELECT EXISTS (SELECT FROM delivery WHERE state = 'pending' AND local_day < :day)
""")
STEPS_BACK: Final = (2, 9, 30, 100)
"""In days. What a wave orders is of yesterday or later, on whatever side of the world."""


def first_day(now: datetime) -> date:
    """A local day such that nothing is pending of any day before it.

    It stays one for as long as rows come in by waves: what is settled is never pending again, and
    no wave orders anything of an older day. Cheap while little is old: one look for each step back.
    """
    for days in STEPS_BACK:
        day = now.date() - timedelta(days=days)
        if not session().execute(ANY_BEFORE, {"day": day}).scalar_one():
            return day
    return date.min

"""How soon the channels had sent what an activation ordered.

A wave's deliveries are found by its notifications, which stand side by side under one `created_at`
(see `fan_out`). A batch is settled with one time, so a million of deliveries are some thousands of
times: the percentiles are counted over these.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import text

from flashpromo.db import session

CHANNELS = text("""
WITH settled AS (
  SELECT d.channel, d.state, d.finished_at, count(*) AS number
  FROM notification AS n
  JOIN delivery AS d ON d.client_id = n.client_id AND d.local_day = n.local_day
  WHERE n.created_at = :activated_at AND n.promo_id = :promo_id
    AND n.local_day BETWEEN :first AND :last AND d.local_day BETWEEN :first AND :last
  GROUP BY d.channel, d.state, d.finished_at),
counted AS (
  SELECT *, sum(number) OVER (PARTITION BY channel, state ORDER BY finished_at) AS upto,
    sum(number) OVER (PARTITION BY channel, state) AS whole
  FROM settled)
SELECT channel,
  coalesce(sum(number) FILTER (WHERE state = 'sent'), 0) AS sent,
  coalesce(sum(number) FILTER (WHERE state = 'pending'), 0) AS waiting,
  coalesce(sum(number) FILTER (WHERE state = 'failed'), 0) AS failed,
  coalesce(sum(number) FILTER (WHERE state = 'skipped'), 0) AS skipped,
  min(finished_at) FILTER (WHERE state = 'sent' AND upto >= whole * 0.50) AS half_at,
  min(finished_at) FILTER (WHERE state = 'sent' AND upto >= whole * 0.95) AS most_at,
  max(finished_at) FILTER (WHERE state = 'sent') AS last_at
FROM counted GROUP BY channel ORDER BY channel
""")
COUNTED: Final = ("sent", "waiting", "failed", "skipped")
PLANNER = text("SELECT set_config('jit', 'off', true), set_config('work_mem', '64MB', true)")


@dataclass(frozen=True)
class ChannelPace:
    """Deliveries of one activation over one channel: how many in each state, and until when.

    By `half_at` half of those that were sent had been sent, by `most_at` 95 of 100, by `last_at`
    all; None while none is.
    """

    channel: str
    half_at: datetime | None
    most_at: datetime | None
    last_at: datetime | None
    sent: int
    waiting: int
    failed: int
    skipped: int


def channels(promo_id: int, activated_at: datetime) -> Sequence[ChannelPace]:
    """Every channel over which the activation ordered deliveries, by name. One query."""
    session().execute(PLANNER)
    day = activated_at.date()
    rows = session().execute(
        CHANNELS,
        {
            "promo_id": promo_id,
            "activated_at": activated_at,
            "first": day - timedelta(days=1),
            "last": day + timedelta(days=1),
        },
    )
    return [_of(row) for row in rows]


def _of(row: Any) -> ChannelPace:
    counts = {name: int(getattr(row, name)) for name in COUNTED}
    return ChannelPace(row.channel, row.half_at, row.most_at, row.last_at, **counts)

"""What health asks the database: a handful of small questions, each answered from an index."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final

from sqlalchemy import text

from flashpromo.db import session

MOST_COUNTED: Final = 10_000

# One that was published or moved after its start is late from then on only.
ACTIVATIONS = text("""
WITH told AS (
  SELECT run.activated_at,
    extract(epoch FROM run.activated_at - CASE
      WHEN promo.updated_at BETWEEN promo.start_time AND run.activated_at THEN promo.updated_at
      ELSE least(promo.start_time, run.activated_at) END) AS late
  FROM promo_run AS run JOIN promo ON promo.id = run.promo_id
  WHERE run.activated_at > CAST(:now AS timestamptz) - interval '1 day')
SELECT count(*) AS count, max(activated_at) AS last_at, max(late) AS worst,
  (array_agg(late ORDER BY activated_at DESC))[1] AS last
FROM told
""")

# An index probe for each promo and channel that has something pending, however many rows wait.
BACKLOG = text("""
WITH RECURSIVE pair (promo_id, channel) AS (
  (SELECT promo_id, channel FROM delivery WHERE state = 'pending'
   ORDER BY promo_id, channel LIMIT 1)
  UNION ALL
  SELECT further.promo_id, further.channel FROM pair, LATERAL (
    SELECT d.promo_id, d.channel FROM delivery AS d
    WHERE d.state = 'pending' AND (d.promo_id, d.channel) > (pair.promo_id, pair.channel)
    ORDER BY d.promo_id, d.channel LIMIT 1) AS further
)
SELECT pair.channel, min(first.next_attempt_at) AS due_since, sum(counted.found) AS waiting,
  bool_or(counted.found >= :most) AS is_more
FROM pair, LATERAL (
  SELECT min(d.next_attempt_at) AS next_attempt_at FROM delivery AS d
  WHERE d.promo_id = pair.promo_id AND d.channel = pair.channel AND d.state = 'pending') AS first,
LATERAL (
  SELECT count(*) AS found FROM (
    SELECT FROM delivery AS d
    WHERE d.promo_id = pair.promo_id AND d.channel = pair.channel AND d.state = 'pending'
    LIMIT :most) AS bounded) AS counted
WHERE NOT EXISTS (
  SELECT FROM promo JOIN promo_run AS run ON run.promo_id = promo.id
  WHERE promo.id = pair.promo_id AND promo.published AND promo.end_time > :now
    AND run.paused_at IS NOT NULL AND run.ended_at IS NULL
    AND run.sold_out_at IS NULL AND run.cancelled_at IS NULL)
GROUP BY pair.channel ORDER BY pair.channel
""")

# A bound reads FOR VALUES FROM ('…') TO ('…').
WEEKS = text(r"""
WITH bounds AS (
  SELECT inhparent AS parent, pg_get_expr(week.relpartbound, week.oid) AS bound
  FROM pg_inherits JOIN pg_class AS week ON week.oid = inhrelid
  WHERE inhparent IN (CAST('notification' AS regclass), CAST('delivery' AS regclass))),
ends AS (
  SELECT parent.name, max(CAST(substring(bound FROM 'TO \(''([0-9-]+)''') AS date)) AS until
  FROM (VALUES ('notification'), ('delivery')) AS parent (name)
  LEFT JOIN bounds ON bounds.parent = CAST(parent.name AS regclass)
  GROUP BY parent.name)
SELECT CASE WHEN bool_and(until IS NOT NULL) THEN min(until) END AS until,
  EXISTS (SELECT FROM notification_default) OR EXISTS (SELECT FROM delivery_default) AS astray
FROM ends
""")

DATABASE = text("""
SELECT pg_database_size(current_database()) AS bytes,
  current_setting('max_connections')::int AS most,
  (SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend') AS connections,
  (SELECT extract(epoch FROM max(clock_timestamp() - xact_start)) FROM pg_stat_activity
   WHERE datname = current_database() AND backend_type = 'client backend'
     AND pid <> pg_backend_pid()) AS longest_seconds
""")


@dataclass(frozen=True)
class Activations:
    """The activations of the last day: how many, the last one, and how late in seconds."""

    count: int
    last_at: datetime | None
    last_late_seconds: float
    worst_late_seconds: float


@dataclass(frozen=True)
class Waiting:
    """What waits for one channel; without that of paused promos.

    `count` goes up to some thousands a promo, `is_more` says that it was not counted further.
    """

    channel: str
    count: int
    is_more: bool
    due_since: datetime


@dataclass(frozen=True)
class Weeks:
    """Up to which day there are partitions; None when there is none. `astray`: DEFAULT has rows."""

    until: date | None
    astray: bool


@dataclass(frozen=True)
class Database:
    """Its size, how many are connected to the server, and its longest open transaction."""

    size_bytes: int
    connections: int
    most_connections: int
    longest: timedelta


def activations(now: datetime) -> Activations:
    """Of the last day."""
    row = _one(ACTIVATIONS, now=now)
    return Activations(row.count, row.last_at, float(row.last or 0), float(row.worst or 0))


def backlog(now: datetime) -> list[Waiting]:
    """What waits, by channel."""
    rows = session().execute(BACKLOG, {"now": now, "most": MOST_COUNTED})
    return [Waiting(row.channel, int(row.waiting), row.is_more, row.due_since) for row in rows]


def weeks() -> Weeks:
    """The partitions ahead."""
    row = _one(WEEKS)
    return Weeks(row.until, row.astray)


def database() -> Database:
    """In brief."""
    row = _one(DATABASE)
    longest = timedelta(seconds=float(row.longest_seconds or 0))
    return Database(row.bytes, row.connections, row.most, longest)


def _one(question: Any, **values: Any) -> Any:
    return session().execute(question, values).one()

"""What health asks the database: a handful of small questions, each answered from an index."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final

from sqlalchemy import text

from flashpromo.db import session
from flashpromo.notify.pending import IS_KEPT, PAIRS, first_day
from flashpromo.promos.due import DUE_SINCE

MOST_COUNTED: Final = 10_000

ACTIVATIONS = text(f"""
WITH told AS (
  SELECT run.activated_at,
    greatest(0, extract(epoch FROM run.activated_at - {DUE_SINCE})) AS late
  FROM promo_run AS run JOIN promo ON promo.id = run.promo_id
  WHERE run.activated_at > CAST(:now AS timestamptz) - interval '1 day')
SELECT count(*) AS count, max(activated_at) AS last_at, max(late) AS worst,
  (array_agg(late ORDER BY activated_at DESC))[1] AS last
FROM told
""")  # noqa: S608 - constants of ours

BACKLOG = text(f"""
WITH RECURSIVE {PAIRS}
SELECT pair.channel, min(first.next_attempt_at) AS due_since, sum(counted.found) AS waiting,
  bool_or(counted.found >= :most) AS is_more
FROM pair, LATERAL (
  SELECT min(d.next_attempt_at) AS next_attempt_at FROM delivery AS d
  WHERE d.promo_id = pair.promo_id AND d.channel = pair.channel AND d.state = 'pending'
    AND d.local_day >= :since) AS first,
LATERAL (
  SELECT count(*) AS found FROM (
    SELECT FROM delivery AS d
    WHERE d.promo_id = pair.promo_id AND d.channel = pair.channel AND d.state = 'pending'
      AND d.local_day >= :since
    LIMIT :most) AS bounded) AS counted
WHERE NOT {IS_KEPT}
GROUP BY pair.channel ORDER BY pair.channel
""")  # noqa: S608

# The same without a count: two index probes for each promo and channel, however many wait.
OLDEST = text(f"""
WITH RECURSIVE {PAIRS}
SELECT pair.channel, min(first.next_attempt_at) AS due_since
FROM pair, LATERAL (
  SELECT d.next_attempt_at FROM delivery AS d
  WHERE d.promo_id = pair.promo_id AND d.channel = pair.channel AND d.state = 'pending'
    AND d.local_day >= :since
  ORDER BY d.next_attempt_at LIMIT 1) AS first
WHERE NOT {IS_KEPT}
GROUP BY pair.channel
""")  # noqa: S608

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
    values = {"now": now, "since": first_day(now), "most": MOST_COUNTED}
    rows = session().execute(BACKLOG, values)
    return [Waiting(row.channel, int(row.waiting), row.is_more, row.due_since) for row in rows]


def oldest(now: datetime) -> dict[str, datetime]:
    """When the first that waits is due, by channel; without what paused promos keep."""
    values = {"now": now, "since": first_day(now)}
    return {row.channel: row.due_since for row in session().execute(OLDEST, values)}


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

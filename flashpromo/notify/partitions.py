"""The weeks of `notification` and `delivery`: made ahead, so that rows never pile up in DEFAULT.

Rows that did land in DEFAULT (no scheduler ran for weeks) are moved into their week when it is
made.
"""

from datetime import date, timedelta

from sqlalchemy import text

from flashpromo.db import session

TABLES = ("notification", "delivery")
WEEKS_AHEAD = 2
TURN = text("LOCK TABLE ONLY notification IN SHARE UPDATE EXCLUSIVE MODE")
LOCK_TIMEOUT = text("SET LOCAL lock_timeout = '2s'")
MOVE = """
WITH moved AS (
  DELETE FROM {table}_default WHERE local_day >= :low AND local_day < :high RETURNING *)
INSERT INTO {name} SELECT * FROM moved
"""
ATTACH = "ALTER TABLE {table} ATTACH PARTITION {name} FOR VALUES FROM ('{low}') TO ('{high}')"
WEEKS = text(r"""
SELECT relname FROM pg_inherits JOIN pg_class ON pg_class.oid = inhrelid
WHERE inhparent = CAST(:table AS regclass) AND relname ~ '_w[0-9]{8}$' ORDER BY relname
""")
EXISTING = text("SELECT to_regclass(:name) IS NOT NULL")


def ensure(today: date) -> list[str]:
    """Make the missing weeks from yesterday's to `WEEKS_AHEAD` weeks ahead of `today`.

    Returns:
        The names of the partitions that were made.
    """
    first = _monday(today - timedelta(days=1))
    last = _monday(today + timedelta(days=1, weeks=WEEKS_AHEAD))
    weeks = [first + timedelta(weeks=week) for week in range((last - first).days // 7 + 1)]
    if not _missing(weeks):
        return []
    # Of two schedulers at once the second waits here, and then finds nothing missing any more.
    session().execute(TURN)
    session().execute(LOCK_TIMEOUT)
    return [_make(table, week) for table, week in _missing(weeks)]


def forget_old(today: date, keep_days: int) -> str | None:
    """Drop the oldest week that lies wholly more than `keep_days` before `today`.

    One table of one week a transaction: to drop it locks the whole table for an instant, and
    whoever waits for that is not kept waiting by the next one.

    Returns:
        The name of the partition that is gone; None when none is old enough.
    """
    last = _monday(today - timedelta(days=keep_days)) - timedelta(weeks=1)
    for table in TABLES:
        oldest: str | None = session().scalars(WEEKS, {"table": table}).first()
        if oldest is not None and oldest <= _name(table, last):
            session().execute(LOCK_TIMEOUT)
            session().execute(text(f"DROP TABLE {oldest}"))
            return oldest
    return None


def _missing(weeks: list[date]) -> list[tuple[str, date]]:
    return [
        (table, week)
        for week in weeks
        for table in TABLES
        if not session().execute(EXISTING, {"name": _name(table, week)}).scalar_one()
    ]


def _make(table: str, monday: date) -> str:
    """Build the week beside the table, then attach it; a row written meanwhile undoes it whole."""
    name = _name(table, monday)
    week = {"low": monday, "high": monday + timedelta(weeks=1)}
    # Names come from this module; dates cannot be parameters of DDL, so they are quoted by format.
    session().execute(text(f"CREATE TABLE {name} (LIKE {table} INCLUDING ALL)"))
    session().execute(text(MOVE.format(table=table, name=name)), week)
    session().execute(text(ATTACH.format(table=table, name=name, **week)))
    return name


def _name(table: str, monday: date) -> str:
    return f"{table}_w{monday:%Y%m%d}"


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())

"""How letters stand: how many wait and since when, and how many failed lately; from its indexes."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text

from flashpromo.db import session

STANDING = text("""
SELECT
  (SELECT count(*) FROM (SELECT FROM letter WHERE state = 'pending' LIMIT 10000) AS bounded)
    AS waiting,
  (SELECT min(next_attempt_at) FROM letter WHERE state = 'pending') AS since,
  (SELECT count(*) FROM letter WHERE finished_at > :now - interval '1 day' AND state = 'failed')
    AS failed
""")


@dataclass(frozen=True)
class Standing:
    """Letters that wait, when the first of them is due, and those that failed in the last day."""

    count: int
    since: datetime | None
    failed: int


def look(now: datetime) -> Standing:
    """As they stand at `now`."""
    row = session().execute(STANDING, {"now": now}).one()
    return Standing(row.waiting, row.since, row.failed)

"""Counting holds that are over: each once, whatever ended it, and whether anybody noticed or not.

Expiry is a predicate and nobody's deed, so there is no moment at which it could be counted. Instead
the scheduler follows the reservations by their ids, up to the first that is still live or so young
that one with a smaller id might not be committed yet, and keeps in the same transaction how far it
has come. Two schedulers take turns: the mark is locked.
"""

from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import text

from flashpromo.db import session
from flashpromo.tallies import counting, series

MARK: Final = {"series": "holds_counted_up_to", "part": ""}
SETTLED: Final = timedelta(seconds=60)
"""No transaction that takes a hold is open for so long: its statements are bounded."""

AT_ONCE: Final = 20_000

BEGIN = text(
    "INSERT INTO tally (series, part, value) VALUES (:series, :part, 0) ON CONFLICT DO NOTHING"
)
TURN = text("SELECT value FROM tally WHERE series = :series AND part = :part FOR UPDATE")
MOVE = text("UPDATE tally SET value = :id WHERE series = :series AND part = :part")
OVER = text("""
WITH piece AS (
  SELECT id, created_at, CASE
    WHEN completed_at IS NOT NULL THEN 'completed'
    WHEN release_reason = 'released' THEN 'released'
    WHEN released_at IS NOT NULL THEN 'ended'
    WHEN expires_at <= :now THEN 'expired' END AS outcome
  FROM reservation WHERE id > :mark ORDER BY id LIMIT :most),
first_open AS (
  SELECT min(id) AS id FROM piece WHERE outcome IS NULL OR created_at > :settled)
SELECT piece.outcome, count(*) AS found, max(piece.id) AS last FROM piece, first_open
WHERE first_open.id IS NULL OR piece.id < first_open.id
GROUP BY piece.outcome
""")


def count_ended(now: datetime) -> int:
    """Add the holds that are over by now to the tallies; how many they were."""
    session().execute(BEGIN, MARK)
    mark = int(session().execute(TURN, MARK).scalar_one())
    values = {"now": now, "settled": now - SETTLED, "mark": mark, "most": AT_ONCE}
    found = session().execute(OVER, values).all()
    for row in found:
        counting.count(series.HOLDS, row.outcome, by=row.found)
    if found:
        session().execute(MOVE, {**MARK, "id": max(row.last for row in found)})
    return sum(row.found for row in found)

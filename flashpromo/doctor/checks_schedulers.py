"""The scheduler: promos that are due wait for one, and nothing is swept without it."""

from collections.abc import Sequence
from typing import Final

from flashpromo.doctor.check import Check

# One row when none is alive: who was heard of last, or nobody within a day.
ALIVE = """
SELECT max(seen_at) AS last_seen_at, max(process) FILTER (WHERE seen_at = newest) AS process
FROM (SELECT process, seen_at, max(seen_at) OVER () AS newest FROM scheduler_trace) AS left_behind
HAVING coalesce(max(seen_at) < :now - CAST(:silence AS interval), true)
"""

CHECKS: Final[Sequence[Check]] = (
    Check(
        "scheduler_alive",
        "A scheduler has left a trace lately; promos that are due wait for one.",
        ALIVE,
        is_warning=True,
    ),
)

"""Which wave activates a promo: claimed before its audience is told, confirmed when it has been.

A wave over a million clients takes seconds, and nobody is to wait for it: who completes a purchase,
pauses, cancels or edits meanwhile takes the rows of `promo` and `promo_run`, which the wave leaves
alone until its end. What keeps two waves from doing one promo's work is the lock on its row of
`promo_claim`; what decides is the guarded update at the end. A promo that has been paused, moved,
sold out or ended in the meantime is not confirmed, and what the wave wrote for it is taken back:
nobody has seen it.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import BigInteger, bindparam, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.exc import OperationalError

from flashpromo.db import session
from flashpromo.promos import runs
from flashpromo.promos.models import NOT_OVER

LOCK_NOT_AVAILABLE: Final = "55P03"
IDS: Final = bindparam("promo_ids", type_=ARRAY(BigInteger))

# Every promo gets its row when it is made; one that a former version made gets it here, and only
# for that one would a second wave wait for the first.
MAKE: Final = text("""
INSERT INTO promo_claim (promo_id) SELECT unnest(:promo_ids) ON CONFLICT DO NOTHING
""").bindparams(IDS)
# Whoever else is at one of these rows is not waited for: a wave that stands still, because its
# process was stopped or its machine is gone, keeps its own promos only. What is skipped is still
# due, and is found again a second later. One promo at a time, here and below: rows of several
# shards cannot be locked by one statement (docs/scale.md).
CLAIM: Final = text("""
SELECT promo_id FROM promo_claim WHERE promo_id = :promo_id FOR NO KEY UPDATE SKIP LOCKED
""")
AT_REST: Final = text("""
SELECT id FROM promo WHERE id = ANY(:promo_ids) ORDER BY id FOR SHARE SKIP LOCKED
""").bindparams(IDS)

# Rows of runs are locked in one order, here and in `runs.end`.
LOCK_RUNS: Final = """
SELECT promo_id FROM promo_run WHERE promo_id = :promo_id FOR NO KEY UPDATE {wait}
"""
WAIT: Final = text(LOCK_RUNS.format(wait=""))
SKIP: Final = text(LOCK_RUNS.format(wait="SKIP LOCKED"))
LOCK_TIMEOUT: Final = text("SELECT set_config('lock_timeout', :span, true)")
PATIENCE: Final = "500ms"
"""Half of what PostgreSQL waits before it looks for a deadlock: here nobody is its victim."""

# In a statement of its own after the locks: only so does it see the terms of a move that it waited
# for. Whoever moves a promo takes its run too, and forgets an activation that was first.
CONFIRM: Final = text(f"""
UPDATE promo_run AS run
SET activated_at = :now, notified_count = told.clients, notified_at = :written_at
FROM unnest(:promo_ids, :counts) AS told (promo_id, clients)
JOIN promo ON promo.id = told.promo_id
WHERE run.promo_id = told.promo_id
  AND promo.published AND promo.start_time <= :now AND promo.end_time > :now
  AND run.activated_at IS NULL AND run.paused_at IS NULL AND {NOT_OVER}
RETURNING run.promo_id
""").bindparams(IDS, bindparam("counts", type_=ARRAY(BigInteger)))  # noqa: S608 - constants of ours


def claim(promo_ids: Collection[int], now: datetime) -> list[int]:
    """Take on the activation of those that are due and that nobody else is at; their ids, in order.

    A promo that somebody is writing is left for a second later: `now` may be after that writer's
    time, and its terms must not be told as they were before.
    """
    session().execute(MAKE, {"promo_ids": sorted(promo_ids)})
    claimed = _each(CLAIM, sorted(promo_ids))
    look = session().begin_nested()
    at_rest = _ids(AT_REST, claimed)
    look.rollback()  # and so nobody waits for these locks
    still_due = {promo_id for promo_id, _ in runs.due(now)}
    return sorted(still_due.intersection(at_rest))


def confirm(notified: Mapping[int, int], now: datetime, written_at: datetime) -> set[int]:
    """Record the activation of promos that were claimed, and how many clients each has told.

    Args:
        notified: the clients told, by promo.
        now: the time of the wave.
        written_at: when all of them were told.

    Returns:
        Those that still are to be active; what the others told is to be taken back.
    """
    locked = _lock_runs(sorted(notified))
    counts = [notified[promo_id] for promo_id in locked]
    return set(_ids(CONFIRM, locked, counts=counts, now=now, written_at=written_at))


def _lock_runs(promo_ids: list[int]) -> list[int]:
    """All of these runs, or those that nobody keeps for long."""
    before = session().scalar(text("SHOW lock_timeout"))
    try:
        with session().begin_nested():
            session().execute(LOCK_TIMEOUT, {"span": PATIENCE})
            locked = _each(WAIT, promo_ids)
            session().execute(LOCK_TIMEOUT, {"span": before})
            return locked
    except OperationalError as error:
        if getattr(error.orig, "pgcode", None) != LOCK_NOT_AVAILABLE:
            raise
        return _each(SKIP, promo_ids)


def _each(lock: Any, promo_ids: Sequence[int]) -> list[int]:
    """Lock one after the other; those that are locked."""
    found = (session().scalar(lock, {"promo_id": promo_id}) for promo_id in promo_ids)
    return [promo_id for promo_id in found if promo_id is not None]


def _ids(statement: Any, promo_ids: Collection[int], **values: Any) -> list[int]:
    found = session().scalars(statement, {"promo_ids": list(promo_ids), **values})
    return sorted(found)

"""What happens to a promo while it runs: guarded updates of its one row in `promo_run`.

The row count decides: no row means that somebody else was first, and that is no error.
"""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Interval, bindparam, text
from sqlalchemy.engine import CursorResult

from flashpromo.db import session
from flashpromo.promos.due import DUE_SINCE

PAUSE = "paused_at = :now WHERE promo_id = :promo_id AND paused_at IS NULL"
RESUME = "paused_at = NULL WHERE promo_id = :promo_id AND paused_at IS NOT NULL"
CANCEL = "cancelled_at = :now WHERE promo_id = :promo_id AND cancelled_at IS NULL"
NOT_OVER = " AND sold_out_at IS NULL AND cancelled_at IS NULL AND ended_at IS NULL"

# The run's row is locked by the caller before the units are counted: of two clients who complete
# the last two units at once, the second one sees the first one's sale.
SELL_OUT = """
sold_out_at = :now WHERE promo_id = :promo_id AND sold_out_at IS NULL AND cancelled_at IS NULL
  AND EXISTS (SELECT FROM promo_unit WHERE promo_id = :promo_id AND sold_at IS NOT NULL)
  AND NOT EXISTS (
    SELECT FROM promo_unit WHERE promo_id = :promo_id AND sold_at IS NULL AND NOT closed)
"""

# Driven by the fewer: those not activated yet (`ix_promo_run_open`), or those in their time.
DUE = text(f"""
SELECT promo.id, {DUE_SINCE} AS since
FROM promo JOIN promo_run AS run ON run.promo_id = promo.id
WHERE promo.published AND promo.start_time <= :now AND promo.end_time > :now
  AND run.activated_at IS NULL AND run.paused_at IS NULL
  AND run.sold_out_at IS NULL AND run.cancelled_at IS NULL AND run.ended_at IS NULL
ORDER BY promo.id
""")  # noqa: S608 - constants of ours

LOCK = text("SELECT FROM promo_run WHERE promo_id = :promo_id FOR NO KEY UPDATE")
FORGET_ACTIVATION = """
activated_at = NULL, notified_count = NULL, notified_at = NULL, audience_count = NULL
WHERE promo_id = :promo_id
"""

# Of an activation that is long past nobody knows any more whom it reached.
UNMEASURED = text("""
SELECT promo_id FROM promo_run
WHERE activated_at BETWEEN CAST(:now AS timestamptz) - interval '1 hour'
                       AND CAST(:now AS timestamptz) - :patience
  AND notified_count IS NOT NULL AND audience_count IS NULL
ORDER BY activated_at, promo_id LIMIT :limit
""").bindparams(bindparam("patience", type_=Interval))
MEASURED = """
audience_count = notified_count + :untold
WHERE promo_id = :promo_id AND activated_at = :activated_at AND audience_count IS NULL
"""
END = """
ended_at = :now WHERE promo_id = ANY(:promo_ids)
  AND ended_at IS NULL AND sold_out_at IS NULL AND cancelled_at IS NULL
"""


def lock(promo_id: int) -> None:
    """Serialise whatever changes this promo's run, until the transaction ends."""
    session().execute(LOCK, {"promo_id": promo_id})


def pause(promo_id: int, now: datetime) -> bool:
    """False when it was paused already or is over."""
    return _update(PAUSE + NOT_OVER, promo_id=promo_id, now=now)


def resume(promo_id: int) -> bool:
    """False when it was not paused or is over."""
    return _update(RESUME + NOT_OVER, promo_id=promo_id)


def cancel(promo_id: int, now: datetime) -> bool:
    """False when it is over already."""
    return _update(CANCEL + NOT_OVER, promo_id=promo_id, now=now)


def sell_out_if_done(promo_id: int, now: datetime) -> bool:
    """Mark as sold out once no open unit is left; call `lock` first."""
    return _update(SELL_OUT, promo_id=promo_id, now=now)


def end(promo_ids: list[int], now: datetime) -> None:
    """Record that these promos have ended, unless they were over before.

    Their rows are locked in the order in which a wave takes them.
    """
    for promo_id in sorted(promo_ids):
        lock(promo_id)
    _update(END, promo_ids=promo_ids, now=now)


def forget_activation(promo_id: int) -> None:
    """The promo was moved to a later start: it is to be activated again, then.

    Its row is taken in any case: a wave that is about to confirm its activation by the old start
    waits, and sees the new one.
    """
    _update(FORGET_ACTIVATION, promo_id=promo_id)


def due(now: datetime) -> list[tuple[int, datetime]]:
    """Promos that should be active by `now` and are not, by id, and since when that is so.

    One that was published after its start has been due since then only.
    """
    return [(row.id, row.since) for row in session().execute(DUE, {"now": now})]


def unmeasured(now: datetime, patience: timedelta, limit: int) -> list[int]:
    """Promos activated in the last hour whose audience should have been counted by now."""
    values = {"now": now, "patience": patience, "limit": limit}
    return list(session().scalars(UNMEASURED, values))


def record_audience(promo_id: int, activated_at: datetime, untold: int) -> bool:
    """Keep whom the activation reached: those it told and `untold` others; once."""
    return _update(MEASURED, promo_id=promo_id, activated_at=activated_at, untold=untold)


def _update(assignment: str, **values: Any) -> bool:
    return _count(session().execute(text(f"UPDATE promo_run SET {assignment}"), values)) > 0  # noqa: S608 - constants of this module


def _count(result: Any) -> int:
    counted: CursorResult[Any] = result
    return counted.rowcount

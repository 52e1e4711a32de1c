"""Ending a hold: complete it, give it back, or take it away with its promo.

The time is read after the locks, in a statement of its own: read together with them it would be the
time before the wait, and a hold could be completed after its minute. One conditional update of the
unit's row decides; its reservation and its purchase are written by the same statement.
"""

from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import TextClause, text
from sqlalchemy.orm.attributes import set_committed_value

from flashpromo import cache
from flashpromo.barriers import barrier
from flashpromo.checkout import queries
from flashpromo.checkout.errors import ReservationCompleted, ReservationExpired
from flashpromo.checkout.models import Reservation
from flashpromo.db import session
from flashpromo.promos import runs, units
from flashpromo.queueing import bell
from flashpromo.queueing.names import DELIVER, WITHDRAW

RELEASED: Final = "released"
"""The reason of a hold that its client gave back."""

LOCK_RUN: Final = "SELECT FROM promo_run WHERE promo_id = :promo_id FOR NO KEY UPDATE"
LOCK_UNIT: Final = """
SELECT FROM promo_unit WHERE promo_id = :promo_id AND unit_no = :unit_no FOR NO KEY UPDATE"""
# Statements of one message: the last begins after the locks were waited for, so its time is the
# time behind them.
LOCK_TO_SELL = text(f"{LOCK_RUN}; {LOCK_UNIT}; SELECT app_now()")
LOCK_TO_FREE = text(f"{LOCK_UNIT}; SELECT app_now()")

HELD: Final = """
promo_id = :promo_id AND unit_no = :unit_no AND sold_at IS NULL
  AND held_by = :client_id AND fence = :fence AND held_until > :now
"""
# The run's row is locked: of two clients who buy the last two units at once, the second one sees
# the first one's sale. What is left is seen as of the beginning of the statement.
SELL = text(f"""
WITH sold AS (
  UPDATE promo_unit SET sold_at = :now WHERE {HELD} RETURNING unit_no
), completed AS (
  UPDATE reservation SET completed_at = :now FROM sold
  WHERE promo_id = :promo_id AND id = :id
  RETURNING reservation.unit_no, reservation_id, client_id, price
), bought AS (
  INSERT INTO purchase (promo_id, unit_no, reservation_id, client_id, price, purchased_at)
  SELECT :promo_id, completed.*, :now FROM completed
)
SELECT NOT EXISTS (
    SELECT FROM promo_unit
    WHERE promo_id = :promo_id AND sold_at IS NULL AND NOT closed AND unit_no <> :unit_no
  ) AS is_last
FROM completed
""")  # noqa: S608 - constants of this module
FREE = text(f"""
WITH freed AS (
  UPDATE promo_unit SET held_by = NULL, held_until = NULL, reservation_id = NULL
  WHERE {HELD} RETURNING unit_no
)
UPDATE reservation SET released_at = :now, release_reason = :reason FROM freed
WHERE promo_id = :promo_id AND id = :id
RETURNING id
""")  # noqa: S608
END_ALL = text("""
UPDATE reservation SET released_at = :now, release_reason = :reason
WHERE promo_id = :promo_id AND completed_at IS NULL AND released_at IS NULL AND expires_at > :now
""")


def complete(client_id: int, reservation: int | UUID) -> Reservation:
    """Sell the held unit to its holder, exactly once; repeating it gives the same answer.

    Args:
        client_id: who asks.
        reservation: the reservation's `id` or `reservation_id`.

    Raises:
        NotFound: no such reservation of this client.
        ReservationExpired: the minute is over, or it was released.
    """
    held = queries.get(client_id, reservation)
    barrier("complete.asked")
    if held.completed_at is None:
        _complete(held)
    return held


def release(client_id: int, reservation: int | UUID) -> Reservation:
    """Give the unit back at once; repeating it gives the same answer.

    Raises:
        NotFound: no such reservation of this client.
        ReservationCompleted: it is bought.
        ReservationExpired: its minute is over.
    """
    held = queries.get(client_id, reservation)
    if held.released_at is None:
        _release(held)
    return held


def end_all(promo_id: int, reason: str, now: datetime) -> None:
    """End every live hold of a promo and close its units; what is sold stays sold."""
    units.close_all(promo_id)
    session().execute(END_ALL, {"promo_id": promo_id, "reason": reason, "now": now})
    cache.mark_stale(cache.units_stamp(promo_id))


def _complete(held: Reservation) -> None:
    now = _lock(LOCK_TO_SELL, held)
    barrier("complete.locked")
    sold = session().execute(SELL, _values(held, now)).one_or_none()
    if sold is None:
        _look_again(held)
        if held.completed_at is None:
            raise ReservationExpired
        return
    set_committed_value(held, "completed_at", now)
    barrier("complete.recorded")
    _tell(held)
    if sold.is_last and runs.sell_out_if_done(held.promo_id, now):
        cache.mark_stale(cache.TERMS)
        bell.ring(WITHDRAW, held.promo_id)
        bell.ring(DELIVER, held.promo_id)


def _release(held: Reservation) -> None:
    now = _lock(LOCK_TO_FREE, held)
    values = {**_values(held, now), "reason": RELEASED}
    if session().execute(FREE, values).one_or_none() is None:
        _look_again(held)
        if held.completed_at is not None:
            raise ReservationCompleted
        if held.released_at is None:
            raise ReservationExpired
        return
    set_committed_value(held, "released_at", now)
    set_committed_value(held, "release_reason", RELEASED)
    _tell(held)


def _lock(statement: TextClause, held: Reservation) -> datetime:
    """Wait for whoever has what is to be changed; the time behind the locks: aware UTC."""
    values = {"promo_id": held.promo_id, "unit_no": held.unit_no}
    now: datetime = session().execute(statement, values).scalar_one()
    return now.astimezone(UTC)


def _look_again(held: Reservation) -> None:
    """What has become of it since it was read, now that its unit is locked."""
    session().refresh(held)


def _values(held: Reservation, now: datetime) -> dict[str, Any]:
    return {
        "promo_id": held.promo_id,
        "id": held.id,
        "unit_no": held.unit_no,
        "client_id": held.client_id,
        "fence": held.fence,
        "now": now,
    }


def _tell(held: Reservation) -> None:
    """Let go of what is remembered of the units and the client; whoever listens hears of it."""
    cache.mark_stale(cache.units_stamp(held.promo_id))
    cache.tell(cache.client_stamp(held.client_id))

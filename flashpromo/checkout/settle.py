"""Ending a hold: complete it, give it back, or take it away with its promo.

The time is read after the locks, in a statement of its own: read together with them it would be the
time before the wait, and a hold could be completed after its minute.
"""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import text

from flashpromo import cache
from flashpromo.barriers import barrier
from flashpromo.checkout import queries
from flashpromo.checkout.errors import ReservationCompleted, ReservationExpired
from flashpromo.checkout.models import Purchase, Reservation
from flashpromo.db import app_now, session
from flashpromo.promos import runs, units
from flashpromo.queueing import bell
from flashpromo.queueing.names import DELIVER, WITHDRAW

LOCK_UNIT = text("""
SELECT FROM promo_unit
WHERE promo_id = :promo_id AND unit_no = :unit_no FOR NO KEY UPDATE
""")
SELL = text("""
UPDATE promo_unit SET sold_at = :now
WHERE promo_id = :promo_id AND unit_no = :unit_no AND sold_at IS NULL
  AND held_by = :client_id AND fence = :fence AND held_until > :now
""")
FREE = text("""
UPDATE promo_unit SET held_by = NULL, held_until = NULL, reservation_id = NULL
WHERE promo_id = :promo_id AND unit_no = :unit_no AND sold_at IS NULL
  AND held_by = :client_id AND fence = :fence AND held_until > :now
""")
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
    runs.lock(held.promo_id)
    barrier("complete.asked")
    now = _lock_and_read_time(held)
    if held.completed_at is not None:
        return held
    if held.released_at is not None or not _changed(SELL, held, now):
        raise ReservationExpired
    barrier("complete.sold")
    held.completed_at = now
    session().flush()
    session().add(
        Purchase(
            promo_id=held.promo_id,
            unit_no=held.unit_no,
            reservation_id=held.reservation_id,
            client_id=client_id,
            price=held.price,
            purchased_at=now,
        )
    )
    session().flush()
    barrier("complete.recorded")
    cache.mark_stale(cache.units_stamp(held.promo_id))
    cache.tell(cache.client_stamp(client_id))
    if runs.sell_out_if_done(held.promo_id, now):
        cache.mark_stale(cache.TERMS)
        bell.ring(WITHDRAW, held.promo_id)
        bell.ring(DELIVER, held.promo_id)
    return held


def release(client_id: int, reservation: int | UUID) -> Reservation:
    """Give the unit back at once; repeating it gives the same answer.

    Raises:
        NotFound: no such reservation of this client.
        ReservationCompleted: it is bought.
        ReservationExpired: its minute is over.
    """
    held = queries.get(client_id, reservation)
    now = _lock_and_read_time(held)
    if held.released_at is not None:
        return held
    if held.completed_at is not None:
        raise ReservationCompleted
    if not _changed(FREE, held, now):
        raise ReservationExpired
    held.released_at, held.release_reason = now, "released"
    session().flush()
    cache.mark_stale(cache.units_stamp(held.promo_id))
    cache.tell(cache.client_stamp(client_id))
    return held


def end_all(promo_id: int, reason: str, now: datetime) -> None:
    """End every live hold of a promo and close its units; what is sold stays sold."""
    units.close_all(promo_id)
    session().execute(END_ALL, {"promo_id": promo_id, "reason": reason, "now": now})
    cache.mark_stale(cache.units_stamp(promo_id))


def _lock_and_read_time(held: Reservation) -> datetime:
    """Lock the unit, then the clock, then what the reservation has become meanwhile."""
    session().execute(LOCK_UNIT, {"promo_id": held.promo_id, "unit_no": held.unit_no})
    now = app_now()
    session().refresh(held)
    return now


def _changed(statement: Any, held: Reservation, now: datetime) -> bool:
    result: Any = session().execute(
        statement,
        {
            "promo_id": held.promo_id,
            "unit_no": held.unit_no,
            "client_id": held.client_id,
            "fence": held.fence,
            "now": now,
        },
    )
    return bool(result.rowcount)

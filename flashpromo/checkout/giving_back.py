"""Giving back what is held, before its minute is over: a client leaves, or an operator frees units.

As in `settle`, the time is read after the locks. Whoever completes one of the holds at this very
instant either has the unit's lock first, and the sale stands, or finds its hold released.
"""

from typing import Final

from sqlalchemy import TextClause, select, text

from flashpromo import audit, cache
from flashpromo.checkout import settle
from flashpromo.checkout.models import Reservation
from flashpromo.db import app_now, session
from flashpromo.errors import NotFound
from flashpromo.promos import queries

BY_OPERATOR: Final = settle.RELEASED
"""The reason that a client's own release has too: the client sees no difference."""


def _lock_units(whose: str) -> TextClause:
    return text(f"""
SELECT u.unit_no FROM reservation AS r JOIN promo_unit AS u USING (promo_id, unit_no)
WHERE r.{whose} = :whose AND r.completed_at IS NULL AND r.released_at IS NULL
  AND r.expires_at > :now
ORDER BY u.promo_id, u.unit_no FOR NO KEY UPDATE OF u
""")  # noqa: S608 - names of columns, from this module


def _give_back(whose: str) -> TextClause:
    return text(f"""
WITH freed AS (
  UPDATE promo_unit AS u SET held_by = NULL, held_until = NULL, reservation_id = NULL
  FROM reservation AS r
  WHERE r.{whose} = :whose AND r.completed_at IS NULL AND r.released_at IS NULL
    AND r.expires_at > :now
    AND u.promo_id = r.promo_id AND u.unit_no = r.unit_no
    AND u.fence = r.fence AND u.held_by = r.client_id
    AND u.sold_at IS NULL AND u.held_until > :now
  RETURNING r.promo_id, r.id)
UPDATE reservation AS r SET released_at = :now, release_reason = :reason
FROM freed WHERE r.promo_id = freed.promo_id AND r.id = freed.id
RETURNING r.promo_id
""")  # noqa: S608


OF_CLIENT: Final = (_lock_units("client_id"), _give_back("client_id"))
OF_PROMO: Final = (_lock_units("promo_id"), _give_back("promo_id"))


def give_all_back(client_id: int, reason: str) -> list[int]:
    """Release every live hold of a client whose row is locked, so that it takes no other.

    Returns:
        The promos whose units are free again.
    """
    return _release(OF_CLIENT, client_id, reason)


def free_promo(promo_id: int) -> int:
    """Release every hold that a promo has now, and say how many; new ones may follow at once.

    Raises:
        NotFound: no such promo, or it is deleted.
    """
    queries.product_of(promo_id)
    count = len(_release(OF_PROMO, promo_id, BY_OPERATOR))
    store_id = queries.stores_of([promo_id])[promo_id]
    audit.record(
        "promo.holds_released", "promo", promo_id, store_id=store_id, after={"holds": count}
    )
    return count


def free_unit(reservation_id: int) -> Reservation:
    """Release a hold in its client's place; one that was released before stays as it is.

    Raises:
        NotFound: no such reservation.
        ReservationCompleted: it is bought.
        ReservationExpired: its minute is over.
    """
    found = session().scalar(select(Reservation).where(Reservation.id == reservation_id))
    if found is None:
        raise NotFound(f"There is no reservation {reservation_id}.")
    was_released = found.released_at is not None
    held = settle.release(found.client_id, reservation_id)
    if not was_released:
        store_id = queries.stores_of([held.promo_id])[held.promo_id]
        told = {"promo_id": held.promo_id, "client_id": held.client_id}
        audit.record("reservation.released", "reservation", held.id, store_id=store_id, before=told)
    return held


def _release(statements: tuple[TextClause, TextClause], whose: int, reason: str) -> list[int]:
    """The promo of each hold that is released."""
    lock, give_back = statements
    session().execute(lock, {"whose": whose, "now": app_now()})
    values = {"whose": whose, "reason": reason, "now": app_now()}
    promo_ids = sorted(session().execute(give_back, values).scalars())
    for promo_id in set(promo_ids):
        cache.mark_stale(cache.units_stamp(promo_id))
    return promo_ids

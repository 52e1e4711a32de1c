"""Giving back everything that one client holds, at once: its client is leaving.

As in `settle`, the time is read after the locks. Whoever completes one of the holds at this very
instant either has the unit's lock first, and the sale stands, or finds its hold released.
"""

from sqlalchemy import text

from flashpromo import cache
from flashpromo.db import app_now, session

LIVE = """
r.client_id = :client_id AND r.completed_at IS NULL AND r.released_at IS NULL
  AND r.expires_at > :now
"""
LOCK_UNITS = text(f"""
SELECT u.unit_no FROM reservation AS r JOIN promo_unit AS u USING (promo_id, unit_no)
WHERE {LIVE} ORDER BY u.promo_id, u.unit_no FOR NO KEY UPDATE OF u
""")  # noqa: S608 - constants of this module
GIVE_BACK = text(f"""
WITH freed AS (
  UPDATE promo_unit AS u SET held_by = NULL, held_until = NULL, reservation_id = NULL
  FROM reservation AS r
  WHERE {LIVE} AND u.promo_id = r.promo_id AND u.unit_no = r.unit_no
    AND u.fence = r.fence AND u.held_by = r.client_id
    AND u.sold_at IS NULL AND u.held_until > :now
  RETURNING r.promo_id, r.id)
UPDATE reservation AS r SET released_at = :now, release_reason = :reason
FROM freed WHERE r.promo_id = freed.promo_id AND r.id = freed.id
RETURNING r.promo_id
""")  # noqa: S608


def give_all_back(client_id: int, reason: str) -> list[int]:
    """Release every live hold of a client whose row is locked, so that it takes no other.

    Returns:
        The promos whose units are free again.
    """
    session().execute(LOCK_UNITS, {"client_id": client_id, "now": app_now()})
    values = {"client_id": client_id, "reason": reason, "now": app_now()}
    promo_ids = sorted(session().execute(GIVE_BACK, values).scalars())
    for promo_id in promo_ids:
        cache.mark_stale(cache.units_stamp(promo_id))
    return promo_ids

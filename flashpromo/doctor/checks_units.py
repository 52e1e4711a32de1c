"""Units and the reservations that hold them."""

from collections.abc import Sequence
from typing import Final

from flashpromo.doctor.check import Check

# What takes a unit before a given reservation of it: a hold until it ran out, a sale for ever. A
# released hold is left out: who released and who took it next read their times before the lock.
ONE_HOLDER = """
SELECT promo_id, unit_no, fence, reservation_id, client_id, created_at
FROM (
  SELECT r.*, max(CASE WHEN completed_at IS NOT NULL THEN 'infinity'
                       WHEN released_at IS NULL THEN expires_at END)
    OVER (PARTITION BY promo_id, unit_no ORDER BY fence, id
          ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS taken_until
  FROM reservation AS r) AS history
WHERE created_at < taken_until
"""

# A second live reservation beside a true one is what ONE_HOLDER finds.
HOLDS_AGREE = """
WITH held AS (
  SELECT promo_id, unit_no, held_by, fence, held_until, reservation_id
  FROM promo_unit WHERE sold_at IS NULL AND held_until > :now),
live AS (
  SELECT promo_id, unit_no, client_id, fence, expires_at, reservation_id
  FROM reservation WHERE completed_at IS NULL AND released_at IS NULL AND expires_at > :now)
SELECT promo_id, unit_no, held.held_by, held.held_until, held.fence,
  min(live.client_id) AS reserved_by, min(live.expires_at) AS reserved_until
FROM held FULL JOIN live USING (promo_id, unit_no)
GROUP BY promo_id, unit_no, held.held_by, held.held_until, held.fence
HAVING NOT bool_or(coalesce(
  (held.held_by, held.fence, held.held_until, held.reservation_id)
  = (live.client_id, live.fence, live.expires_at, live.reservation_id), false))
"""

RECORDED_ONCE = """
SELECT promo_id, unit_no, fence, count(*) AS reservations
FROM reservation GROUP BY promo_id, unit_no, fence HAVING count(*) > 1
"""

FENCES = """
SELECT r.promo_id, r.unit_no, r.reservation_id, r.fence, u.fence AS fence_of_unit
FROM reservation AS r JOIN promo_unit AS u USING (promo_id, unit_no)
WHERE r.fence > u.fence
  OR (u.sold_at IS NOT NULL AND u.reservation_id = r.reservation_id AND u.fence <> r.fence)
"""

ONE_LIVE_RESERVATION = """
SELECT client_id, promo_id, count(*) AS live
FROM reservation WHERE completed_at IS NULL AND released_at IS NULL AND expires_at > :now
GROUP BY client_id, promo_id HAVING count(*) > 1
"""

LIVE_LIMIT = """
SELECT client_id, count(*) AS live, array_agg(DISTINCT promo_id) AS promo_ids
FROM reservation WHERE completed_at IS NULL AND released_at IS NULL AND expires_at > :now
GROUP BY client_id HAVING count(*) > :live_limit
"""

# A minute of grace: a promo may be moved while a hold of it is being taken.
HELD_WHILE_RUNNING = """
SELECT r.promo_id, r.reservation_id, r.created_at, promo.start_time, promo.end_time
FROM reservation AS r JOIN promo ON promo.id = r.promo_id
WHERE r.created_at >= promo.updated_at + interval '1 minute'
  AND NOT (r.created_at >= promo.start_time AND r.created_at < promo.end_time)
"""

CLOSED_IS_FREE = """
SELECT promo_id, unit_no, held_by, held_until, sold_at
FROM promo_unit WHERE closed AND (sold_at IS NOT NULL OR held_until > :now)
"""

CHECKS: Final[Sequence[Check]] = (
    Check("one_holder", "No unit ever has two holders at one instant.", ONE_HOLDER),
    Check(
        "holds_agree",
        "A held unit and its one live reservation name the same client, fence and end.",
        HOLDS_AGREE,
    ),
    Check("hold_recorded_once", "Every hold of a unit is recorded once.", RECORDED_ONCE),
    Check("fences", "No reservation carries a fence that its unit never gave it.", FENCES),
    Check(
        "one_live_reservation",
        "A client has at most one live reservation of a promo.",
        ONE_LIVE_RESERVATION,
    ),
    Check("live_limit", "No client holds more than one client may.", LIVE_LIMIT),
    Check("held_while_running", "A promo is held only while it runs.", HELD_WHILE_RUNNING),
    Check(
        "closed_is_free",
        "A unit that is no longer offered is neither held nor sold.",
        CLOSED_IS_FREE,
    ),
)

"""Sales: the unit, its purchase and the completed reservation tell the same story."""

from collections.abc import Sequence
from typing import Final

from flashpromo.doctor.check import Check

ONE_PURCHASE = """
SELECT promo_id, unit_no, count(*) AS purchases, array_agg(client_id) AS client_ids
FROM purchase GROUP BY promo_id, unit_no HAVING count(*) > 1
"""

UNIT_AND_PURCHASE = """
WITH sold AS (
  SELECT promo_id, unit_no, held_by, sold_at, reservation_id
  FROM promo_unit WHERE sold_at IS NOT NULL)
SELECT promo_id, unit_no, sold.held_by AS sold_to, sold.sold_at,
  min(bought.client_id) AS bought_by, min(bought.purchased_at) AS purchased_at
FROM sold FULL JOIN purchase AS bought USING (promo_id, unit_no)
GROUP BY promo_id, unit_no, sold.held_by, sold.sold_at
HAVING NOT bool_or(coalesce(
  (sold.held_by, sold.sold_at, sold.reservation_id)
  = (bought.client_id, bought.purchased_at, bought.reservation_id), false))
"""

PURCHASE_AND_RESERVATION = """
WITH completed AS (
  SELECT promo_id, reservation_id, unit_no, client_id, price, completed_at
  FROM reservation WHERE completed_at IS NOT NULL)
SELECT promo_id, reservation_id, completed.client_id, completed.completed_at,
  min(bought.client_id) AS bought_by, min(bought.purchased_at) AS purchased_at
FROM completed FULL JOIN purchase AS bought USING (promo_id, reservation_id)
GROUP BY promo_id, reservation_id, completed.client_id, completed.completed_at
HAVING NOT bool_or(coalesce(
  (completed.unit_no, completed.client_id, completed.price, completed.completed_at)
  = (bought.unit_no, bought.client_id, bought.price, bought.purchased_at), false))
"""

COMPLETED_IN_TIME = """
SELECT promo_id, reservation_id, client_id, created_at, completed_at, expires_at
FROM reservation WHERE completed_at >= expires_at OR completed_at < created_at
"""

ONE_OUTCOME = """
SELECT promo_id, reservation_id, completed_at, released_at, release_reason
FROM reservation
WHERE num_nonnulls(completed_at, released_at) > 1
  OR (released_at IS NULL) <> (release_reason IS NULL)
"""

CHECKS: Final[Sequence[Check]] = (
    Check("one_purchase", "A unit is bought at most once.", ONE_PURCHASE),
    Check(
        "sold_unit_is_bought",
        "A unit is sold exactly when it has a purchase by its holder at that instant.",
        UNIT_AND_PURCHASE,
    ),
    Check(
        "purchase_is_completed",
        "A purchase is exactly a completed reservation: same unit, client, price and instant.",
        PURCHASE_AND_RESERVATION,
    ),
    Check(
        "completed_in_time",
        "A reservation is completed before it expires.",
        COMPLETED_IN_TIME,
    ),
    Check("one_outcome", "A reservation ends in one way, for one reason.", ONE_OUTCOME),
)

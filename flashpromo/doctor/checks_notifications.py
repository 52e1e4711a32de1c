"""Notifications: once a day, in the promo's window, within its audience.

A notification that was written after the promo's last change was written under the terms that the
promo still has. An older one is held only to what no promo may exceed.
"""

from collections.abc import Sequence
from typing import Final

from flashpromo.doctor.check import Check

ONCE_A_DAY = """
SELECT client_id, local_day, count(*) AS notifications, array_agg(promo_id) AS promo_ids
FROM notification GROUP BY client_id, local_day HAVING count(*) > 1
"""

# No zone on Earth is more than 12 hours behind UTC or more than 14 ahead.
LOCAL_DAY = """
SELECT client_id, local_day, promo_id, created_at FROM notification
WHERE local_day < CAST((created_at - interval '12 hours') AT TIME ZONE 'UTC' AS date)
  OR local_day > CAST((created_at + interval '14 hours') AT TIME ZONE 'UTC' AS date)
"""

OF_A_PROMO = """
SELECT told.client_id, told.local_day, told.promo_id, told.created_at
FROM notification AS told LEFT JOIN promo ON promo.id = told.promo_id
WHERE promo.id IS NULL OR told.created_at < promo.created_at
"""

BY_THE_ACTIVATION = """
SELECT told.client_id, told.local_day, told.promo_id, told.created_at, run.activated_at
FROM notification AS told JOIN promo ON promo.id = told.promo_id
JOIN promo_run AS run ON run.promo_id = promo.id
WHERE told.created_at >= promo.updated_at AND told.created_at IS DISTINCT FROM run.activated_at
"""

IN_THE_WINDOW = """
SELECT told.client_id, told.local_day, told.promo_id, told.created_at,
  promo.start_time, promo.end_time
FROM notification AS told JOIN promo ON promo.id = told.promo_id
WHERE told.created_at >= promo.updated_at
  AND NOT (told.created_at >= promo.start_time AND told.created_at < promo.end_time)
"""

# A minute of grace: who ends a promo reads the time before it waits for the activation.
NOT_AFTER_THE_END = """
SELECT told.client_id, told.local_day, told.promo_id, told.created_at,
  run.sold_out_at, run.cancelled_at, run.ended_at
FROM notification AS told JOIN promo_run AS run ON run.promo_id = told.promo_id
WHERE told.created_at > least(run.sold_out_at, run.cancelled_at, run.ended_at)
                        + interval '1 minute'
"""

# A millimetre of grace for the last digits of two ways to measure one distance.
WITHIN_THE_RADIUS = """
SELECT told.client_id, told.local_day, told.promo_id, told.distance_m, promo.max_distance_km
FROM notification AS told JOIN promo ON promo.id = told.promo_id
WHERE NOT told.distance_m BETWEEN 0 AND 0.001 + 1000 * CASE
  WHEN told.created_at >= promo.updated_at THEN CAST(promo.max_distance_km AS double precision)
  ELSE 50 END
"""

IN_A_SEGMENT = """
SELECT told.client_id, told.local_day, told.promo_id, told.segment_id, promo.segment_ids
FROM notification AS told JOIN promo ON promo.id = told.promo_id
LEFT JOIN segment ON segment.id = told.segment_id
WHERE segment.id IS NULL
  OR (told.created_at >= promo.updated_at AND NOT told.segment_id = ANY (promo.segment_ids))
"""

# Measured against the present limit: after lowering it, look once with the former one.
FIX_WAS_YOUNG = """
SELECT client_id, local_day, promo_id, created_at, located_at
FROM notification WHERE located_at <= created_at - :fix_life
"""

# Only of the last week: retention may have taken older notifications away.
COUNTED = """
SELECT run.promo_id, run.activated_at, run.notified_count, coalesce(told.told, 0) AS told
FROM promo_run AS run LEFT JOIN (
  SELECT promo_id, created_at, count(*) AS told FROM notification
  WHERE created_at > :now - interval '7 days' GROUP BY promo_id, created_at) AS told
  ON told.promo_id = run.promo_id AND told.created_at = run.activated_at
WHERE run.activated_at > :now - interval '7 days'
  AND coalesce(told.told, 0) IS DISTINCT FROM run.notified_count
"""

CHECKS: Final[Sequence[Check]] = (
    Check(
        "once_a_day",
        "A client is told of at most one promo on each of its local days.",
        ONCE_A_DAY,
    ),
    Check("local_day", "The local day of a notification fits the instant it was made.", LOCAL_DAY),
    Check("of_a_promo", "A notification tells of a promo that existed.", OF_A_PROMO),
    Check(
        "by_the_activation",
        "A promo's notifications are written by its activation only.",
        BY_THE_ACTIVATION,
    ),
    Check("in_the_window", "Nobody is told of a promo outside its window.", IN_THE_WINDOW),
    Check("not_after_the_end", "Nobody is told of a promo that is over.", NOT_AFTER_THE_END),
    Check("within_the_radius", "Nobody beyond the promo's radius is told.", WITHIN_THE_RADIUS),
    Check("in_a_segment", "Nobody outside the promo's segments is told.", IN_A_SEGMENT),
    Check("fix_was_young", "Nobody is told on account of a location too old.", FIX_WAS_YOUNG),
    Check(
        "counted",
        "A promo's count of notified clients is the number of its notifications.",
        COUNTED,
    ),
)

"""Promos: their windows, their runs, and how many pieces they offer."""

from collections.abc import Sequence
from typing import Final

from flashpromo.doctor.check import Check

HAS_RUN = """
SELECT id AS promo_id FROM promo
WHERE NOT EXISTS (SELECT FROM promo_run AS run WHERE run.promo_id = promo.id)
"""

NO_OVERLAP = """
SELECT one.product_id, one.id AS promo_id, other.id AS overlaps_promo_id,
  one.start_time, one.end_time, other.start_time AS other_start, other.end_time AS other_end
FROM promo AS one JOIN promo AS other ON other.product_id = one.product_id AND other.id > one.id
WHERE one.published AND other.published
  AND tstzrange(one.start_time, one.end_time) && tstzrange(other.start_time, other.end_time)
"""

# What has become of a promo: a deleted one has its open units closed whatever it was.
QUANTITY = """
SELECT promo.id AS promo_id, promo.quantity, coalesce(units.offered, 0) AS offered
FROM promo JOIN promo_run AS run ON run.promo_id = promo.id
LEFT JOIN (
  SELECT promo_id, count(*) FILTER (WHERE NOT closed) AS offered
  FROM promo_unit GROUP BY promo_id) AS units ON units.promo_id = promo.id
WHERE run.cancelled_at IS NULL AND promo.deleted_at IS NULL
  AND promo.quantity <> coalesce(units.offered, 0)
"""

SOLD_OUT = """
SELECT promo.id AS promo_id, run.sold_out_at, units.sold, units.unsold
FROM promo JOIN promo_run AS run ON run.promo_id = promo.id
JOIN (
  SELECT promo_id, count(sold_at) AS sold,
    count(*) FILTER (WHERE sold_at IS NULL AND NOT closed) AS unsold
  FROM promo_unit GROUP BY promo_id) AS units ON units.promo_id = promo.id
WHERE (run.sold_out_at IS NOT NULL AND (units.unsold > 0 OR units.sold = 0))
  OR (run.sold_out_at IS NULL AND run.cancelled_at IS NULL AND promo.deleted_at IS NULL
      AND units.unsold = 0 AND units.sold > 0)
"""

CANCELLED_HOLDS_NOTHING = """
SELECT run.promo_id, run.cancelled_at, unit.unit_no, unit.held_by, unit.held_until
FROM promo_run AS run JOIN promo_unit AS unit USING (promo_id)
WHERE run.cancelled_at IS NOT NULL AND unit.sold_at IS NULL
  AND (NOT unit.closed OR unit.held_until > :now)
"""

ONE_END = """
SELECT run.promo_id, run.cancelled_at, run.sold_out_at, run.ended_at, promo.end_time
FROM promo_run AS run JOIN promo ON promo.id = run.promo_id
WHERE (run.cancelled_at IS NOT NULL AND num_nonnulls(run.sold_out_at, run.ended_at) > 0)
  OR run.ended_at < promo.end_time
"""

AUDIENCE = """
SELECT promo_id, activated_at, notified_count, audience_count FROM promo_run
WHERE audience_count IS NOT NULL
  AND (activated_at IS NULL OR notified_count IS NULL OR audience_count < notified_count)
"""

# The sweep comes every second; sixty of them missing are a fault.
FINISHED_WITHDRAWN = """
SELECT promo.id AS promo_id, promo.end_time, run.sold_out_at, run.cancelled_at, run.ended_at
FROM promo JOIN promo_run AS run ON run.promo_id = promo.id
WHERE promo.published
  AND least(promo.end_time, run.sold_out_at, run.cancelled_at, run.ended_at)
      < :now - interval '1 minute'
"""

NOT_ACTIVATED_EARLY = """
SELECT promo.id AS promo_id, promo.start_time, run.activated_at
FROM promo JOIN promo_run AS run ON run.promo_id = promo.id
WHERE run.activated_at IS NOT NULL
  AND (promo.start_time > :now OR run.activated_at < promo.created_at)
"""

# Five minutes are the longest that one wave may take.
ACTIVATED = """
SELECT promo.id AS promo_id, promo.start_time, promo.end_time
FROM promo JOIN promo_run AS run ON run.promo_id = promo.id
WHERE promo.published AND run.activated_at IS NULL AND run.paused_at IS NULL
  AND run.sold_out_at IS NULL AND run.cancelled_at IS NULL
  AND promo.end_time > :now
  AND greatest(promo.start_time, promo.updated_at) < :now - interval '5 minutes'
"""

CHECKS: Final[Sequence[Check]] = (
    Check("promo_has_run", "Every promo has its run.", HAS_RUN),
    Check("no_overlap", "Published promos of one product never overlap in time.", NO_OVERLAP),
    Check("quantity", "A promo offers as many units as it says, sold ones included.", QUANTITY),
    Check(
        "sold_out",
        "A promo is sold out exactly when it has sold and no open unit is left unsold.",
        SOLD_OUT,
    ),
    Check(
        "audience_holds_the_told",
        "An audience is counted of an activation only, and is no smaller than those it told.",
        AUDIENCE,
    ),
    Check(
        "cancelled_holds_nothing",
        "A cancelled promo offers no unit and holds none.",
        CANCELLED_HOLDS_NOTHING,
    ),
    Check("one_end", "A promo ends in one way, and not before its time.", ONE_END),
    Check(
        "finished_withdrawn",
        "What is over is withdrawn within a minute, so that its window is free.",
        FINISHED_WITHDRAWN,
    ),
    Check("not_activated_early", "No promo is activated before its start.", NOT_ACTIVATED_EARLY),
    Check("activated", "A promo that runs has been activated.", ACTIVATED),
)

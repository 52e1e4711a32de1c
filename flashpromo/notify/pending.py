"""Where deliveries wait, in SQL for whoever asks: the sweep that wakes a worker, and health."""

from typing import Final

PAIRS: Final = """
pair (promo_id, channel) AS (
  (SELECT promo_id, channel FROM delivery WHERE state = 'pending'
   ORDER BY promo_id, channel LIMIT 1)
  UNION ALL
  SELECT further.promo_id, further.channel FROM pair, LATERAL (
    SELECT d.promo_id, d.channel FROM delivery AS d
    WHERE d.state = 'pending' AND (d.promo_id, d.channel) > (pair.promo_id, pair.channel)
    ORDER BY d.promo_id, d.channel LIMIT 1) AS further
)
"""
"""For WITH RECURSIVE: each promo and channel that has something pending, by one index probe for
each of them, however many rows wait."""

IS_KEPT: Final = """
EXISTS (
  SELECT FROM promo JOIN promo_run AS run ON run.promo_id = promo.id
  WHERE promo.id = pair.promo_id AND promo.published AND promo.end_time > :now
    AND run.paused_at IS NOT NULL AND run.ended_at IS NULL
    AND run.sold_out_at IS NULL AND run.cancelled_at IS NULL)
"""
"""A paused promo keeps its deliveries until it goes on or is over; a condition on a `pair`."""

-- How many promos there are in each state, over all stores.
SELECT CASE
    WHEN run.cancelled_at IS NOT NULL THEN 'cancelled'
    WHEN run.sold_out_at IS NOT NULL THEN 'sold_out'
    WHEN run.ended_at IS NOT NULL OR promo.published AND promo.end_time <= now() THEN 'ended'
    WHEN NOT promo.published THEN 'draft'
    WHEN run.paused_at IS NOT NULL THEN 'paused'
    WHEN promo.start_time > now() THEN 'scheduled'
    ELSE 'running' END AS state, count(*)
FROM promo JOIN promo_run AS run ON run.promo_id = promo.id
WHERE promo.deleted_at IS NULL
GROUP BY 1;

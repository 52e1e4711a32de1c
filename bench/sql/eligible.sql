-- The running promos that reach one client, with what the list shows of them, the nearest first.
SELECT promo.id, promo.promo_price, promo.regular_price, promo.start_time, promo.end_time,
  promo.max_distance_km, promo.quantity, promo.segment_ids, promo.created_at, promo.updated_at,
  product.name, store.id, store.name, store.latitude, store.longitude, store.time_zone,
  store.currency, run.activated_at, run.notified_count
FROM client
JOIN promo ON ST_DWithin(promo.location, client.location, (
  SELECT max(max_distance_km) * 1000 FROM promo WHERE published))
JOIN promo_run AS run ON run.promo_id = promo.id
JOIN product ON product.id = promo.product_id
JOIN store ON store.id = product.store_id
WHERE client.id = :client_id AND promo.published
  AND promo.start_time <= now() AND promo.end_time > now()
  AND run.paused_at IS NULL AND run.ended_at IS NULL
  AND run.sold_out_at IS NULL AND run.cancelled_at IS NULL
  AND client.located_at > now() - interval '30 days'
  AND client.segment_ids && promo.segment_ids
  AND ST_DWithin(client.location, promo.location, (promo.max_distance_km * 1000)::float8)
ORDER BY ST_Distance(client.location, promo.location), promo.id;

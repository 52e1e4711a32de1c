-- Holding one unit for one client, with pgbench: what has to be asked and written for it.
\set turn :turn + :clients
\set n (:turn - :clients + :client_id) % :pairs + 1
SELECT promo_id, client_id AS shopper_id FROM bench_pair WHERE n = :n \gset
BEGIN;
SELECT id FROM client WHERE id = :shopper_id FOR NO KEY UPDATE;
SELECT app_now() AS now \gset
SELECT promo.*, product.name, store.name, run.*
FROM promo
JOIN product ON product.id = promo.product_id
JOIN store ON store.id = product.store_id
JOIN promo_run AS run ON run.promo_id = promo.id
WHERE promo.id = :promo_id AND promo.deleted_at IS NULL;
SELECT ST_Distance(client.location, promo.location),
  client.located_at > app_now() - interval '30 days',
  ST_DWithin(client.location, promo.location, (promo.max_distance_km * 1000)::float8),
  client.segment_ids && promo.segment_ids
FROM client, promo WHERE client.id = :shopper_id AND promo.id = :promo_id;
SELECT count(*) FILTER (WHERE expires_at > app_now()),
  count(*) FILTER (WHERE expires_at > app_now() AND promo_id = :promo_id),
  max(expires_at) FILTER (WHERE expires_at <= app_now() AND promo_id = :promo_id)
FROM reservation
WHERE client_id = :shopper_id AND created_at > app_now() - interval '12 minutes'
  AND completed_at IS NULL AND released_at IS NULL;
UPDATE promo_unit
SET held_by = :shopper_id, held_until = app_now() + interval '60 s',
  reservation_id = gen_random_uuid(), fence = fence + 1
WHERE promo_id = :promo_id AND NOT closed AND sold_at IS NULL
  AND (held_until IS NULL OR held_until <= app_now())
  AND unit_no = (
    SELECT unit_no FROM promo_unit
    WHERE promo_id = :promo_id AND NOT closed AND sold_at IS NULL
      AND (held_until IS NULL OR held_until <= app_now())
    ORDER BY unit_no LIMIT 1 FOR UPDATE SKIP LOCKED)
RETURNING unit_no, fence \gset
INSERT INTO reservation
  (promo_id, reservation_id, client_id, unit_no, fence, price, created_at, expires_at)
SELECT promo_id, reservation_id, held_by, unit_no, fence, 300, app_now(), held_until
FROM promo_unit WHERE promo_id = :promo_id AND unit_no = :unit_no;
SELECT count(*) FILTER (WHERE held_until IS NULL OR held_until <= app_now()), count(*),
  min(held_until)
FROM promo_unit WHERE promo_id = :promo_id AND NOT closed AND sold_at IS NULL;
COMMIT;

-- Buying what is held, with pgbench: what has to be asked and written for it.
\set turn :turn + :clients
\set n (:turn - :clients + :client_id) % :pairs + 1
SELECT promo_id, client_id AS shopper_id FROM bench_pair WHERE n = :n \gset
SELECT unit_no, fence FROM reservation
WHERE id = 1000000000 + :n AND client_id = :shopper_id \gset
BEGIN;
SELECT FROM promo_run WHERE promo_id = :promo_id FOR NO KEY UPDATE;
SELECT FROM promo_unit WHERE promo_id = :promo_id AND unit_no = :unit_no FOR UPDATE;
SELECT app_now();
SELECT * FROM reservation WHERE promo_id = :promo_id AND id = 1000000000 + :n;
UPDATE promo_unit SET sold_at = app_now()
WHERE promo_id = :promo_id AND unit_no = :unit_no AND sold_at IS NULL
  AND held_by = :shopper_id AND fence = :fence AND held_until > app_now();
UPDATE reservation SET completed_at = app_now()
WHERE promo_id = :promo_id AND id = 1000000000 + :n AND completed_at IS NULL;
INSERT INTO purchase (promo_id, unit_no, reservation_id, client_id, price, purchased_at)
SELECT promo_id, unit_no, reservation_id, client_id, price, app_now()
FROM reservation WHERE promo_id = :promo_id AND id = 1000000000 + :n
ON CONFLICT DO NOTHING;
UPDATE promo_run SET sold_out_at = app_now()
WHERE promo_id = :promo_id AND sold_out_at IS NULL AND cancelled_at IS NULL
  AND NOT EXISTS (
    SELECT FROM promo_unit WHERE promo_id = :promo_id AND sold_at IS NULL AND NOT closed);
COMMIT;

-- Everybody of the pairs holds a unit for the next hours; the nth of a promo its nth unit.
WITH held AS (
  SELECT n, promo_id, client_id, row_number() OVER (PARTITION BY promo_id ORDER BY n) AS unit_no,
    gen_random_uuid() AS reservation_id
  FROM bench_pair),
taken AS (
  UPDATE promo_unit AS unit
  SET held_by = client_id, held_until = app_now() + interval '2 hours', fence = fence + 1,
    reservation_id = held.reservation_id
  FROM held WHERE unit.promo_id = held.promo_id AND unit.unit_no = held.unit_no
  RETURNING held.*, fence)
INSERT INTO reservation
  (promo_id, id, reservation_id, client_id, unit_no, fence, price, created_at, expires_at)
SELECT promo_id, 1000000000 + n, reservation_id, client_id, unit_no, fence, 300, app_now(),
  app_now() + interval '2 hours'
FROM taken;

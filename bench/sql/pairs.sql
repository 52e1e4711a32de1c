-- Clients and a promo that reaches each of them: nobody twice, and of one promo not too many.
CREATE TABLE bench_pair AS
SELECT row_number() OVER (ORDER BY client_id % 1000, client_id) AS n, promo_id, client_id
FROM (
  SELECT DISTINCT ON (near.id) near.id AS client_id, promo.id AS promo_id
  FROM promo, LATERAL (
    SELECT client.id FROM client
    WHERE ST_DWithin(client.location, promo.location, (promo.max_distance_km * 1000)::float8)
      AND client.segment_ids && promo.segment_ids
      AND client.located_at > now() - interval '29 days'
    LIMIT least(promo.quantity, :most)) AS near
  WHERE promo.id >= :first
  ORDER BY near.id, promo.id % 17, promo.id) AS pair;

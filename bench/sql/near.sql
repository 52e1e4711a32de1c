-- Clients whom one promo reaches.
SELECT client.id
FROM promo
JOIN client ON ST_DWithin(client.location, promo.location, (promo.max_distance_km * 1000)::float8)
WHERE promo.id = :promo_id AND client.segment_ids && promo.segment_ids
  AND client.located_at > now() - interval '29 days'
ORDER BY client.id LIMIT :most;

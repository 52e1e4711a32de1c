-- How far away the nth client stands whom a promo at this place could tell, in metres.
SELECT ST_Distance(
    location, ST_SetSRID(ST_MakePoint(:longitude, :latitude), 4326)::geography) AS metres
FROM client
WHERE located_at > now() - interval '30 days' AND segment_ids && ARRAY[1] AND opted_in
  AND NOT EXISTS (
    SELECT FROM notification AS told
    WHERE told.client_id = client.id
      AND told.local_day = (now() AT TIME ZONE client.time_zone)::date)
ORDER BY metres LIMIT 1 OFFSET :nth - 1;

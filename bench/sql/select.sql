-- Whom a promo would tell, as it would be recorded: the audience of one promo, by client.
SELECT client.id,
  (:'now'::timestamptz AT TIME ZONE client.time_zone)::date,
  promo.id, :'now'::timestamptz, ST_Distance(client.location, promo.location),
  (SELECT min(offered) FROM unnest(promo.segment_ids) AS offered
   WHERE offered = ANY (client.segment_ids)),
  client.located_at
FROM promo
JOIN client ON ST_DWithin(client.location, promo.location, (promo.max_distance_km * 1000)::float8)
WHERE promo.id = :promo_id
  AND client.located_at > :'now'::timestamptz - interval '30 days'
  AND client.segment_ids && promo.segment_ids
  AND client.opted_in
  AND NOT EXISTS (
    SELECT FROM notification AS told
    WHERE told.client_id = client.id
      AND told.local_day = (:'now'::timestamptz AT TIME ZONE client.time_zone)::date
      AND told.local_day BETWEEN (:'now'::timestamptz AT TIME ZONE 'UTC')::date - 1
                             AND (:'now'::timestamptz AT TIME ZONE 'UTC')::date + 1)
ORDER BY client.id;

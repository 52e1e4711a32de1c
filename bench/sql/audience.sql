-- Whom a promo with these terms would tell now, and why not the others in range.
SELECT part, count(*)
FROM (
  SELECT CASE
    WHEN located_at <= now() - interval '30 days' THEN 'location_too_old'
    WHEN NOT segment_ids && ARRAY[1] THEN 'not_in_segments'
    WHEN NOT opted_in THEN 'opted_out'
    WHEN EXISTS (
      SELECT FROM notification AS told
      WHERE told.client_id = client.id
        AND told.local_day = (now() AT TIME ZONE client.time_zone)::date
        AND told.local_day BETWEEN (now() AT TIME ZONE 'UTC')::date - 1
                               AND (now() AT TIME ZONE 'UTC')::date + 1
    ) THEN 'already_notified_today'
    ELSE 'audience' END AS part
  FROM client
  WHERE ST_DWithin(
    location,
    ST_SetSRID(ST_MakePoint(:longitude, :latitude), 4326)::geography,
    :km * 1000.0)
) AS in_range
GROUP BY part;

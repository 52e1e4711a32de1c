-- The clients within a radius, on the spheroid, and nothing else of them.
SELECT id FROM client
WHERE ST_DWithin(
  location, ST_SetSRID(ST_MakePoint(:longitude, :latitude), 4326)::geography, :km * 1000.0);

"""The clients of an import, written from the staging table in statements over the whole crowd."""

from datetime import datetime
from typing import Final

from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from flashpromo import config
from flashpromo.bulk.errors import ChangedMeanwhile
from flashpromo.bulk.staging import execute
from flashpromo.db import app_now, session

# Two imports merge one after the other: they may name the same clients in any order.
ONE_AT_A_TIME: Final = text("SELECT pg_advisory_xact_lock(hashtext('flashpromo import'))")

# Of a table that was made a moment ago the planner knows nothing, and would read all outside ids of
# the marketplace: to look for each of the file does not grow with them.
BY_INDEX: Final = text("SET LOCAL enable_hashjoin = off; SET LOCAL enable_mergejoin = off")
AS_EVER: Final = text("SET LOCAL enable_hashjoin = DEFAULT; SET LOCAL enable_mergejoin = DEFAULT")
FIND_KNOWN: Final = """
UPDATE staged_client AS staged SET client_id = external.client_id, known = true
FROM client_external AS external WHERE external.external_id = staged.external_id
"""
# In the order of their ids, before anything else is written, as whoever changes one client does.
LOCK_KNOWN: Final = text("""
SELECT count(*) FROM (
    SELECT client.id FROM client JOIN staged_client AS staged ON staged.client_id = client.id
    WHERE staged.known ORDER BY client.id FOR NO KEY UPDATE OF client) AS locked
""")
ADD_EXTERNAL: Final = """
INSERT INTO client_external (external_id, client_id)
SELECT external_id, client_id FROM staged_client WHERE NOT known ORDER BY external_id
"""
# Geometries sort along a Hilbert curve: neighbours get into the same pages.
ADD_CLIENTS: Final = """
INSERT INTO client (id, latitude, longitude, located_at, segment_ids, opted_in, time_zone,
                    quiet_from, quiet_until, created_at, updated_at)
SELECT client_id, latitude, longitude,
    CASE WHEN latitude IS NOT NULL THEN coalesce(located_at, :now) END,
    coalesce(segment_ids, '{}'), coalesce(opted_in, true), time_zone,
    quiet_from, quiet_until, :now, :now
FROM staged_client WHERE NOT known
ORDER BY ST_MakePoint(longitude, latitude)
"""
# A new zone counts from the client's next local midnight, see client_terms.next_zone.
CHANGE_ZONES: Final = """
UPDATE client
SET time_zone = CASE WHEN change.wanted = change.today THEN change.wanted ELSE change.present END,
    next_time_zone = nullif(change.wanted, change.today),
    next_time_zone_from = CASE WHEN change.wanted <> change.today THEN
        ((CAST(:now AT TIME ZONE change.today AS date) + 1)::timestamp
            AT TIME ZONE change.today) END
FROM (
    SELECT own.*, coalesce(own.present, :marketplace) AS today
    FROM (
        SELECT client.id, staged.time_zone AS wanted,
            CASE WHEN client.next_time_zone_from <= :now
                THEN client.next_time_zone ELSE client.time_zone END AS present
        FROM client JOIN staged_client AS staged ON staged.client_id = client.id
        WHERE staged.known AND staged.time_zone IS NOT NULL) AS own) AS change
WHERE client.id = change.id
  AND (client.time_zone IS DISTINCT FROM change.wanted OR client.next_time_zone_from IS NOT NULL)
"""
CHANGE_CLIENTS: Final = """
UPDATE client
SET latitude = CASE WHEN staged.has_place THEN staged.latitude ELSE client.latitude END,
    longitude = CASE WHEN staged.has_place THEN staged.longitude ELSE client.longitude END,
    located_at = CASE WHEN NOT staged.has_place THEN client.located_at
        WHEN staged.latitude IS NOT NULL THEN coalesce(staged.located_at, :now) END,
    segment_ids = coalesce(staged.segment_ids, client.segment_ids),
    opted_in = coalesce(staged.opted_in, client.opted_in),
    quiet_from = CASE WHEN staged.has_quiet_hours THEN staged.quiet_from ELSE client.quiet_from END,
    quiet_until = CASE WHEN staged.has_quiet_hours THEN staged.quiet_until
        ELSE client.quiet_until END,
    updated_at = :now
FROM staged_client AS staged
WHERE staged.known AND client.id = staged.client_id
"""


def match() -> datetime:
    """Find and lock the clients that are known; the time of the import, read after the locks.

    Raises:
        ChangedMeanwhile: a client was removed between the two.
    """
    session().execute(ONE_AT_A_TIME)
    session().execute(BY_INDEX)
    found = execute(FIND_KNOWN)
    session().execute(AS_EVER)
    if found and session().scalar(LOCK_KNOWN) != found:
        raise ChangedMeanwhile
    return app_now()


def write(now: datetime) -> tuple[int, int]:
    """Add and change clients; how many of each.

    Raises:
        ChangedMeanwhile: an outside id was taken by another transaction.
    """
    try:
        added = execute(ADD_EXTERNAL)
    except IntegrityError as error:
        raise ChangedMeanwhile from error
    execute(ADD_CLIENTS, now=now)
    execute(CHANGE_ZONES, now=now, marketplace=config.current().marketplace_time_zone)
    return added, execute(CHANGE_CLIENTS, now=now)

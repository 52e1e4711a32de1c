"""Clients and what points at them without a foreign key."""

from collections.abc import Sequence
from typing import Final

from flashpromo.doctor.check import Check

SIGN_INS = """
SELECT username, client_id FROM sign_in
WHERE client_id IS NOT NULL
  AND NOT EXISTS (SELECT FROM client WHERE client.id = sign_in.client_id)
"""

EXTERNAL_IDS = """
SELECT external_id, client_id FROM client_external
WHERE NOT EXISTS (SELECT FROM client WHERE client.id = client_external.client_id)
"""

FIXES = """
SELECT client_id, fixed_at, refused_as FROM client_fix
WHERE NOT EXISTS (SELECT FROM client WHERE client.id = client_fix.client_id)
"""

ONE_EXTERNAL_ID = """
SELECT client_id, array_agg(external_id) AS external_ids
FROM client_external GROUP BY client_id HAVING count(*) > 1
"""

ONE_SIGN_IN = """
SELECT client_id, array_agg(username) AS usernames
FROM sign_in WHERE client_id IS NOT NULL GROUP BY client_id HAVING count(*) > 1
"""

TOKENS = """
SELECT token.username, token.user_id, token.client_id, token.expires_at
FROM auth_token AS token LEFT JOIN sign_in AS owner ON owner.username = token.username
WHERE (token.user_id, token.client_id) IS DISTINCT FROM (owner.user_id, owner.client_id)
"""

LINKS = """
SELECT link.purpose, link.username, link.store_id, link.expires_at FROM one_time_link AS link
WHERE link.used_at IS NULL AND link.expires_at > :now
  AND CASE link.purpose
    WHEN 'password' THEN NOT EXISTS (SELECT FROM sign_in WHERE sign_in.username = link.username)
    ELSE NOT EXISTS (
      SELECT FROM store WHERE store.id = link.store_id AND store.deleted_at IS NULL) END
"""

LETTERS = """
SELECT id, kind, attempts, deadline, reason FROM letter
WHERE state = 'pending' AND deadline < CAST(:now AS timestamptz) - interval '5 minutes'
  AND next_attempt_at < CAST(:now AS timestamptz) - interval '5 minutes'
"""

CLIENT_SEGMENTS = """
SELECT client.id AS client_id, used.segment_id
FROM client CROSS JOIN LATERAL unnest(client.segment_ids) AS used (segment_id)
LEFT JOIN segment ON segment.id = used.segment_id
WHERE segment.id IS NULL
"""

PLACE_WHOLE = """
SELECT id AS client_id, latitude, longitude, located_at FROM client
WHERE num_nonnulls(latitude, longitude, located_at, location) NOT IN (0, 4)
"""


CHECKS: Final[Sequence[Check]] = (
    Check("sign_ins", "A client's sign-in belongs to an existing client.", SIGN_INS),
    Check("one_sign_in", "A client has at most one sign-in.", ONE_SIGN_IN),
    Check("external_ids", "An outside id belongs to an existing client.", EXTERNAL_IDS),
    Check("fixes", "A remembered fix belongs to an existing client.", FIXES),
    Check("one_external_id", "A client has at most one outside id.", ONE_EXTERNAL_ID),
    Check("tokens", "A token belongs to the sign-in that it names.", TOKENS),
    Check("links", "A link that is good leads to an account or a store that is there.", LINKS),
    Check("letters", "A letter that was not sent in time is on record as failed.", LETTERS),
    Check("client_segments", "A client is only in segments that exist.", CLIENT_SEGMENTS),
    Check(
        "place_whole",
        "A client's place is whole: both degrees and a time, or nothing.",
        PLACE_WHOLE,
    ),
)

"""The sign-ins of an import, in statements over the whole crowd.

The same rules as for one client: a name belongs to one account of whatever kind, a new password or
name ends the tokens, and a name that changes is a new row because it is the key. A name without a
password makes a sign-in that no password fits until one is set. Those that are there are locked
before they are read, in the order of their names: a password that is changed meanwhile stays.
"""

import secrets
from datetime import datetime
from typing import Final

from flashpromo.accounts import passwords
from flashpromo.accounts.believed import believed
from flashpromo.audience.import_staging import STAGE
from flashpromo.bulk.staging import execute
from flashpromo.db import after_commit

# Whoever changes the password of one waits, or is waited for and then read.
LOCK_PRESENT: Final = """
SELECT count(*) FROM (
    SELECT FROM sign_in JOIN staged_client AS staged ON sign_in.client_id = staged.client_id
    WHERE staged.known ORDER BY sign_in.username FOR NO KEY UPDATE OF sign_in) AS locked
"""
FIND_PRESENT: Final = """
UPDATE staged_client AS staged
SET present_username = sign_in.username,
    sign_in_id = sign_in.id,
    username = CASE WHEN staged.email IS NULL AND staged.password_hash IS NULL
        THEN staged.username ELSE coalesce(staged.username, sign_in.username) END
FROM sign_in
WHERE staged.known AND sign_in.client_id = staged.client_id
"""
NAMELESS: Final = """
DELETE FROM staged_client
WHERE username IS NULL AND (email IS NOT NULL OR password_hash IS NOT NULL)
RETURNING line, external_id, CASE WHEN email IS NOT NULL THEN 'email' ELSE 'password' END,
    'needs a username: this client has no sign-in'
"""
TAKEN: Final = """
DELETE FROM staged_client AS staged USING sign_in
WHERE sign_in.username = staged.username
  AND sign_in.client_id IS DISTINCT FROM staged.client_id
RETURNING staged.line, staged.external_id, 'username', 'is taken by another account'
"""
REPEATED: Final = """
DELETE FROM staged_client AS staged
USING (SELECT username, min(line) AS line FROM staged_client
       GROUP BY username HAVING count(*) > 1) AS first
WHERE staged.username = first.username AND staged.line > first.line
RETURNING staged.line, staged.external_id, 'username', 'stands already in line ' || first.line
"""
NUMBER: Final = """
UPDATE staged_client SET sign_in_id = nextval('sign_in_id_seq')
WHERE username IS NOT NULL AND sign_in_id IS NULL
"""
ADD: Final = """
INSERT INTO sign_in (username, id, email, password_hash, client_id, created_at)
SELECT staged.username, staged.sign_in_id, coalesce(staged.email, present.email, ''),
    coalesce(staged.password_hash, present.password_hash, :nobody), staged.client_id, :now
FROM staged_client AS staged LEFT JOIN sign_in AS present
    ON present.username = staged.present_username
WHERE staged.username IS DISTINCT FROM staged.present_username AND staged.username IS NOT NULL
ORDER BY staged.username
ON CONFLICT (username) DO NOTHING
"""
CHANGE: Final = """
UPDATE sign_in
SET email = coalesce(staged.email, sign_in.email),
    password_hash = coalesce(staged.password_hash, sign_in.password_hash)
FROM staged_client AS staged
WHERE sign_in.username = staged.username AND staged.username = staged.present_username
  AND (staged.email IS NOT NULL OR staged.password_hash IS NOT NULL)
"""
END_TOKENS: Final = """
DELETE FROM auth_token USING staged_client AS staged
WHERE auth_token.username = staged.present_username
  AND (staged.password_hash IS NOT NULL OR staged.username <> staged.present_username)
"""
DROP_OLD_NAMES: Final = """
DELETE FROM sign_in USING staged_client AS staged
WHERE sign_in.username = staged.present_username AND staged.username <> staged.present_username
"""


def merge(now: datetime) -> None:
    """Write the sign-ins of what is staged; rows whose name is not theirs are taken out first.

    A name that somebody else takes at this instant is found by the key, and its row is taken out
    after the insert did nothing; so this runs before the clients are written.
    """
    execute(LOCK_PRESENT)
    execute(FIND_PRESENT)
    for taking_out in (NAMELESS, TAKEN, REPEATED):
        STAGE.reject(taking_out)
    execute(NUMBER)
    execute(ADD, now=now, nobody=passwords.hashed(secrets.token_hex()))
    STAGE.reject(TAKEN)
    for statement in (CHANGE, DROP_OLD_NAMES, END_TOKENS):
        execute(statement)
    after_commit(believed.forget_all)

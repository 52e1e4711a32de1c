"""Where an import of clients waits until it is complete.

Client ids are drawn here, on one node, because the tables that need them are sharded; those of
clients that turn out to be known are dropped again. Passwords are hashed here too, by several
threads and only where there are any.
"""

from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Final

from sqlalchemy import text

from flashpromo.accounts import passwords
from flashpromo.audience.import_rows import CheckedRow, RowChecks
from flashpromo.bulk.source import Record
from flashpromo.bulk.staging import Stage
from flashpromo.db import session

HASHING_THREADS: Final = 4
HASHED_AT_ONCE: Final = 40
"""Some seconds of a busy machine: the database ends a transaction that stands still for long."""

STAGE: Final = Stage(
    table="staged_client",
    definition="""
        client_id bigint DEFAULT nextval('client_id_seq'),
        known boolean DEFAULT false,
        line bigint,
        external_id text,
        has_place boolean,
        latitude double precision,
        longitude double precision,
        located_at timestamptz,
        segment_ids integer[],
        time_zone text,
        opted_in boolean,
        has_quiet_hours boolean,
        quiet_from time,
        quiet_until time,
        username text,
        email text,
        password_hash text,
        sign_in_id bigint,
        present_username text
    """,
    copied=(
        *("line", "external_id", "has_place", "latitude", "longitude", "located_at"),
        *("segment_ids", "time_zone", "opted_in", "has_quiet_hours", "quiet_from", "quiet_until"),
        *("username", "email", "password_hash"),
    ),
    good="""
        SELECT line, external_id, client_id AS id,
            CASE WHEN known THEN 'updated' ELSE 'created' END AS status
        FROM staged_client
    """,
)

# The first of several lines stays, so the answer does not depend on how the file was cut.
REPEATED: Final = """
DELETE FROM staged_client AS staged
USING (SELECT external_id, min(line) AS line FROM staged_client
       GROUP BY external_id HAVING count(*) > 1) AS first
WHERE staged.external_id = first.external_id AND staged.line > first.line
RETURNING staged.line, staged.external_id, 'external_id', 'stands already in line ' || first.line
"""
SIGNING_IN: Final = text("""
SELECT EXISTS (SELECT FROM staged_client WHERE num_nonnulls(username, email, password_hash) > 0)
""")


def load(records: Iterable[Record], checks: RowChecks) -> bool:
    """Fill the table with every good record and reject the others; say whether any signs in."""
    STAGE.create()
    with ThreadPoolExecutor(HASHING_THREADS) as threads:
        STAGE.load(records, checks.row, lambda batch: _with_hashes(batch, threads))
    STAGE.reject(REPEATED)
    return bool(session().scalar(SIGNING_IN))


def _with_hashes(
    batch: list[CheckedRow], threads: ThreadPoolExecutor
) -> Iterator[list[CheckedRow]]:
    if not any(row.password for row in batch):
        yield batch
        return
    for start in range(0, len(batch), HASHED_AT_ONCE):
        part = batch[start : start + HASHED_AT_ONCE]
        hashes = threads.map(lambda row: row.password and passwords.hashed(row.password), part)
        yield [row._replace(password=made) for row, made in zip(part, hashes, strict=True)]

"""Where an import waits until it is complete: a temporary table, filled by COPY.

It takes its rows in batches, so that memory does not grow with the file. Client ids are drawn here,
on one node, because the tables that need them are sharded; those of clients that turn out to be
known are dropped again. Passwords are hashed here too, by several threads and only where there are
any.
"""

import csv
import io
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from itertools import islice
from typing import Any, Final, NamedTuple

from sqlalchemy import text

from flashpromo.accounts import passwords
from flashpromo.audience.import_cells import BadRow
from flashpromo.audience.import_rows import CheckedRow, Record, RowChecks
from flashpromo.db import session

BATCH_ROWS: Final = 5_000
HASHING_THREADS: Final = 4

CREATE: Final = text("""
CREATE TEMPORARY TABLE staged_client (
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
    username text,
    email text,
    password_hash text,
    sign_in_id bigint,
    present_username text
) ON COMMIT DROP
""")
COPY: Final = """
COPY staged_client (line, external_id, has_place, latitude, longitude, located_at, segment_ids,
                    time_zone, opted_in, username, email, password_hash) FROM STDIN (FORMAT csv)
"""
DROP: Final = text("DROP TABLE staged_client")

# The first of several lines stays, so the answer does not depend on how the file was cut.
REPEATED: Final = text("""
DELETE FROM staged_client AS staged
USING (SELECT external_id, min(line) AS line FROM staged_client
       GROUP BY external_id HAVING count(*) > 1) AS first
WHERE staged.external_id = first.external_id AND staged.line > first.line
RETURNING staged.line, 'external_id', 'stands already in line ' || first.line
""")


class Rejected(NamedTuple):
    """A line that was not imported: the field that is wrong and, as the rest of a sentence, why."""

    line: int
    field: str
    reason: str


Report = Callable[[Rejected], None]


def load(records: Iterable[Record], checks: RowChecks, report: Report) -> bool:
    """Fill the table with every good record and report the others; say whether any signs in."""
    session().execute(CREATE)
    signing_in = False
    good = _checked(records, checks, report)
    with ThreadPoolExecutor(HASHING_THREADS) as threads:
        while batch := list(islice(good, BATCH_ROWS)):
            signing_in |= any(row.username or row.email or row.password for row in batch)
            _copy(_with_hashes(batch, threads))
    reject(REPEATED, report)
    return signing_in


def reject(statement: Any, report: Report, **values: object) -> None:
    """Take rows out by a DELETE that returns line, field and reason, and report them by line."""
    for line, field, reason in sorted(session().execute(statement, values)):
        report(Rejected(line, field, reason))


def _checked(records: Iterable[Record], checks: RowChecks, report: Report) -> Iterator[CheckedRow]:
    for line, values in records:
        try:
            if isinstance(values, BadRow):
                raise values
            yield checks.row(line, values)
        except BadRow as bad:
            report(Rejected(line, bad.field, bad.reason))


def _with_hashes(batch: list[CheckedRow], threads: ThreadPoolExecutor) -> list[CheckedRow]:
    if not any(row.password for row in batch):
        return batch
    hashes = threads.map(lambda row: row.password and passwords.hashed(row.password), batch)
    return [row._replace(password=made) for row, made in zip(batch, hashes, strict=True)]


def _copy(batch: list[CheckedRow]) -> None:
    rows = io.StringIO()
    csv.writer(rows).writerows(batch)
    rows.seek(0)
    cursor: Any = session().connection().connection.cursor()
    with closing(cursor):
        cursor.copy_expert(COPY, rows)

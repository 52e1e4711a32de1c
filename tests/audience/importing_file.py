"""What the tests of the import share: a file in memory, imported, and what came of it."""

import io
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Timer
from typing import Any

from sqlalchemy import Engine, TextClause, text

from flashpromo.audience import importing
from flashpromo.audience.import_rows import COLUMNS
from flashpromo.bulk import source
from flashpromo.bulk.staging import RowResult, Upserted
from flashpromo.db import session, transaction


@dataclass
class Imported:
    """The summary, and every complaint as a person reads it."""

    summary: Upserted
    complaints: list[str] = field(default_factory=list)

    @property
    def counts(self) -> tuple[int, int, int]:
        """Created, updated, rejected."""
        return self.summary.created, self.summary.updated, self.summary.rejected


def import_file(content: str | bytes, form: Any = None) -> Imported:
    """Import a whole file in one transaction, as the command line does."""
    raw = content.encode() if isinstance(content, str) else content
    complaints: list[RowResult] = []
    with transaction(timeout_seconds=0):
        records = source.records(io.BytesIO(raw), COLUMNS, form)
        summary = importing.import_clients(records, complaints.append)
    return Imported(summary, [f"{row.line}: {row.field} {row.reason}" for row in complaints])


def client(external_id: str) -> Any:
    """The row of a client by the marketplace's id, with its sign-in's columns."""
    return (
        session()
        .execute(
            text("""
            SELECT client.*, sign_in.username, sign_in.email, sign_in.password_hash,
                sign_in.id AS sign_in_id
            FROM client_external AS external JOIN client ON client.id = external.client_id
            LEFT JOIN sign_in ON sign_in.client_id = client.id
            WHERE external.external_id = :external_id"""),
            {"external_id": external_id},
        )
        .one_or_none()
    )


def count(table: str) -> int:
    """How many rows a table has."""
    found: int = session().scalar(text(f'SELECT count(*) FROM "{table}"'))
    return found


@contextmanager
def meanwhile(engine: Engine, statement: TextClause) -> Iterator[None]:
    """Somebody else has executed `statement`, and commits while the block waits for it."""
    other = engine.connect()
    other.execute(statement)
    committing = Timer(0.5, other.commit)
    committing.start()
    yield
    committing.join()
    other.close()

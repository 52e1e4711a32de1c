"""Where the rows of a bulk wait until all of them are there: temporary tables, filled by COPY.

They take rows in batches, so that memory does not grow with the file, and they hold no lock that
anybody else could want. What is refused, while reading or later by comparison with the database,
goes into a table beside: at the end both together tell what became of each line, in their order.
"""

import csv
import io
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final, NamedTuple, TypeVar

from sqlalchemy import text
from sqlalchemy.engine import CursorResult

from flashpromo.bulk import cells
from flashpromo.bulk.cells import BadRow
from flashpromo.bulk.source import Record, Values
from flashpromo.db import driver_cursor, session

BATCH_ROWS: Final = 1_000

CREATE_REJECTED: Final = """
CREATE TEMPORARY TABLE rejected_row (
    line bigint, external_id text, field text, reason text
) ON COMMIT DROP
"""
TAKE_OUT: Final = "WITH gone AS ({deletion}) INSERT INTO rejected_row SELECT * FROM gone"
RESULTS: Final = """
WITH good AS ({good})
SELECT line, external_id, status, id, NULL AS field, NULL AS reason FROM good WHERE :every
UNION ALL
SELECT line, external_id, 'rejected', NULL, field, reason FROM rejected_row
ORDER BY line
"""

Row = TypeVar("Row", bound=Sequence[object])


class RowResult(NamedTuple):
    """What became of one line.

    Attributes:
        line: its number in the file, from 1.
        external_id: by which it is known outside; None when it cannot be read.
        status: "rejected", or what was done.
        id: of the thing that was written; None for what was rejected.
        field: which is wrong; None for what is in.
        reason: why it was rejected, as the rest of a sentence that begins with `field`.
    """

    line: int
    external_id: str | None
    status: str
    id: int | None
    field: str | None
    reason: str | None


Report = Callable[[RowResult], None]


class Upserted(NamedTuple):
    """How many rows became new things, changed known ones, or were left out."""

    created: int
    updated: int
    rejected: int

    @property
    def imported(self) -> int:
        """All rows that are in."""
        return self.created + self.updated


@dataclass(frozen=True)
class Stage:
    """The table of one kind of bulk.

    Attributes:
        table: its name.
        definition: its columns, as SQL; `line bigint` and `external_id text` are among them.
        copied: the columns that `load` fills, in the order of its rows.
        good: SELECT that gives line, external_id, status and id of what is in.
    """

    table: str
    definition: str
    copied: tuple[str, ...]
    good: str

    def create(self) -> None:
        """Make the tables; they go with the transaction, or by `drop`."""
        execute(f"CREATE TEMPORARY TABLE {self.table} ({self.definition}) ON COMMIT DROP")
        execute(CREATE_REJECTED)

    def drop(self) -> None:
        """Take the tables away, so that another bulk may follow in the same transaction."""
        execute(f"DROP TABLE {self.table}, rejected_row")

    def load(
        self,
        records: Iterable[Record],
        check: Callable[[int, Values], Row],
        finish: Callable[[list[Row]], Iterable[list[Row]]] = lambda rows: (rows,),
    ) -> None:
        """Fill the table with every good record, and the one beside it with the others.

        Args:
            records: numbered records, read as they are needed.
            check: what a record becomes; raises `BadRow`.
            finish: what is done to a batch of good rows before it is written, part by part: the
                transaction stands still until the next part is there.
        """
        good: list[Row] = []
        bad: list[tuple[object, ...]] = []
        for line, values in records:
            try:
                if isinstance(values, BadRow):
                    raise values
                good.append(check(line, values))
            except BadRow as wrong:
                bad.append((line, _known_as(values), wrong.field, wrong.reason))
            if len(good) + len(bad) >= BATCH_ROWS:
                self._write(finish(good), bad)
                good, bad = [], []
        self._write(finish(good), bad)

    def reject(self, deletion: str, **values: object) -> None:
        """Take rows out by a DELETE that returns line, external_id, field and reason."""
        execute(TAKE_OUT.format(deletion=deletion), **values)

    def rejected(self) -> int:
        """How many rows were taken out."""
        return session().scalar(text("SELECT count(*) FROM rejected_row")) or 0

    def report(self, report: Report, *, every: bool) -> None:
        """Say what became of the lines, in their order: of all, or of those that are rejected."""
        results = session().execute(
            text(RESULTS.format(good=self.good)),
            {"every": every},
            execution_options={"yield_per": BATCH_ROWS},
        )
        for result in results:
            report(RowResult(*result))

    def _write(self, good: Iterable[Sequence[Row]], bad: Sequence[Sequence[object]]) -> None:
        for part in good:
            _copy(f"COPY {self.table} ({', '.join(self.copied)}) FROM STDIN (FORMAT csv)", part)
        _copy("COPY rejected_row FROM STDIN (FORMAT csv)", bad)


def execute(statement: str, **values: object) -> int:
    """Carry out one statement of a merge; how many rows it wrote."""
    result: Any = session().execute(text(statement), values)
    written: CursorResult[Any] = result
    return written.rowcount


def _known_as(values: Values | BadRow) -> str | None:
    readable = values.values if isinstance(values, BadRow) else values
    try:
        return cells.external_id(readable.get("external_id"))
    except BadRow:
        return None


def _copy(statement: str, rows: Sequence[Sequence[object]]) -> None:
    if not rows:
        return
    lines = io.StringIO()
    csv.writer(lines).writerows(rows)
    lines.seek(0)
    with driver_cursor() as cursor:
        cursor.copy_expert(statement, lines)

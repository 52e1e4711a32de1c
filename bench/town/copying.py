"""Rows on their way into a table by COPY, made while they are sent."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any, Final

from flashpromo.db import driver_cursor

Row = Sequence[Any]
NULL: Final = r"\N"
BATCH: Final = 2000


def copy(table: str, columns: Sequence[str], rows: Iterable[Row]) -> None:
    """Write rows into a table in the open transaction."""
    with driver_cursor() as cursor:
        cursor.copy_expert(f"COPY {table} ({', '.join(columns)}) FROM STDIN", _Stream(rows))


class _Stream:
    """What psycopg2 reads from: lines of COPY's text format, a batch of rows at a time."""

    def __init__(self, rows: Iterable[Row]) -> None:
        self._batches = batches(rows)
        self._rest = ""

    def read(self, size: int) -> str:
        """At most `size` characters; nothing when all rows have been read."""
        while len(self._rest) < size:
            batch = next(self._batches, None)
            if batch is None:
                break
            self._rest += batch
        read, self._rest = self._rest[:size], self._rest[size:]
        return read


def batches(rows: Iterable[Row]) -> Iterator[str]:
    """The rows as lines of COPY's text format, many at a time."""
    lines: list[str] = []
    for row in rows:
        lines.append("\t".join([_cell(value) for value in row]))
        if len(lines) == BATCH:
            yield "\n".join(lines) + "\n"
            lines.clear()
    if lines:
        yield "\n".join(lines) + "\n"


def _cell(value: Any) -> str:
    """Names and numbers of this data have nothing in them that COPY would want escaped."""
    if value is None:
        return NULL
    if isinstance(value, tuple):
        return f"{{{','.join(map(str, value))}}}"
    return value.isoformat() if isinstance(value, datetime) else str(value)

"""All records of a list as a CSV file, sent while it is written: memory holds one block of rows.

A program gets what a person sees, as plain values: ISO 8601 times in UTC, decimals, ids. What a
spreadsheet would take for a formula is written as text.
"""

import csv
from collections.abc import Iterable, Iterator
from io import StringIO
from typing import Any, Final

from flask import Response, stream_with_context
from sqlalchemy import Select, tuple_

from flashpromo.admin.columns import Cell
from flashpromo.admin.records import Records
from flashpromo.bulk import sheet
from flashpromo.db import app_now, session, transaction

BLOCK: Final = 1000


def csv_of(view: Records, query: Select[Any]) -> Response:
    """The file of what a query of the view finds, in the order of the key."""
    with transaction():
        # What is wrong with the query is found out while an error can still be said.
        first = _block(view, query, None)
    answer = Response(stream_with_context(_lines(view, query, first)), mimetype="text/csv")
    file = f"{view.model.__tablename__}.csv"
    answer.headers["Content-Disposition"] = f'attachment; filename="{file}"'
    return answer


def _lines(view: Records, query: Select[Any], first: list[Any]) -> Iterator[str]:
    columns = [*view.columns, *view.more]
    yield _line([str(each.label) for each in columns])
    block = first
    while block:
        with transaction():
            now = app_now()
            rows = view.dress(block)
            lines = [_line([each.cell(row, now) for each in columns]) for row in rows]
            last = [getattr(block[-1], name) for name in view.names]
            block = _block(view, query, last) if len(block) == BLOCK else []
        yield "".join(lines)


def _block(view: Records, query: Select[Any], after: list[Any] | None) -> list[Any]:
    """The next rows behind a key; each block is read for itself, so no transaction stays open."""
    columns = view.key_columns
    if after is not None:
        query = query.where(tuple_(*columns) > tuple_(*after))
    session().expunge_all()
    return list(session().scalars(query.order_by(*columns).limit(BLOCK)))


def _line(cells: Iterable[Cell]) -> str:
    """One line; a number is no formula, whatever its sign."""
    text = StringIO()
    safe = [sheet.guarded(each) if isinstance(each, str) else each for each in cells]
    csv.writer(text).writerow(safe)
    return text.getvalue()

"""Lists a page at a time: small tables are counted, of large ones is said about how many there are.

A small list has pages by number, in any order that it offers. A large one goes on from the key of
its last row, in the order of an index, so that the last page costs what the first one does; nothing
counts its rows.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from flask import request, url_for
from flask_admin.tools import iterdecode, iterencode
from sqlalchemy import Select, tuple_
from sqlalchemy.orm import InstrumentedAttribute

from flashpromo.admin.filters import whole
from flashpromo.db import session

SIZES: Final = (20, 50, 100)
LAST_PAGE: Final = 100_000


@dataclass(frozen=True)
class Shown:
    """One page of a list.

    Attributes:
        rows: what stands on it.
        first: the place of its first row, counted from 1; None in a large list.
        count: how many there are; None when they were not counted.
        about: about how many a large table has; None when it is narrowed.
        earlier, later: the parameters of the pages beside this one, if there are any.
    """

    rows: Sequence[Any]
    first: int | None = None
    count: int | None = None
    about: int | None = None
    earlier: Mapping[str, Any] | None = None
    later: Mapping[str, Any] | None = None


def size() -> int:
    """How many rows a page has: one of `SIZES`."""
    sent = request.args.get("page_size", "")
    return int(sent) if sent in map(str, SIZES) else SIZES[0]


def here(**changes: object) -> str:
    """This address with other parameters; None takes one away."""
    asked: dict[str, Any] = {**request.args.to_dict(), **changes}
    kept = {name: value for name, value in asked.items() if value not in {None, ""}}
    return url_for(request.endpoint or "", **kept)


def encoded(row: Any, key: Sequence[str]) -> str:
    """The key of a row as it stands in addresses."""
    return str(iterencode(str(getattr(row, name)) for name in key))


def decoded(sent: str, columns: Sequence[InstrumentedAttribute[Any]]) -> list[Any] | None:
    """The values of a key that stood in an address; None when it cannot be one."""
    values = list(iterdecode(sent))
    if len(values) != len(columns) or "\0" in sent:
        return None
    try:
        return [_read(value, column) for value, column in zip(values, columns, strict=True)]
    except ValueError:
        return None


def numbered(query: Select[Any], count_of: Select[Any]) -> Shown:
    """A page of a small list, by its number."""
    page, rows_a_page = _page_number(), size()
    count = session().scalar(count_of) or 0
    rows = session().scalars(query.limit(rows_a_page).offset((page - 1) * rows_a_page)).all()
    last = max(1, -(-count // rows_a_page))
    return Shown(
        rows,
        first=(page - 1) * rows_a_page + 1,
        count=count,
        earlier={"page": min(page - 1, last)} if page > 1 else None,
        later={"page": page + 1} if page < last else None,
    )


def by_key(
    query: Select[Any],
    names: Sequence[str],
    columns: Sequence[InstrumentedAttribute[Any]],
    *,
    descending: bool,
) -> Shown:
    """A page of a large list: after a key, or before one, in the order of the key's index."""
    backwards = "before" in request.args or "end" in request.args
    start = decoded(request.args.get("before" if backwards else "after", ""), columns)
    rows_a_page, falling = size(), descending is not backwards
    if start is not None:
        here_, there = tuple_(*columns), tuple_(*start)
        query = query.where(here_ < there if falling else here_ > there)
    query = query.order_by(*(each.desc() if falling else each.asc() for each in columns))
    rows = list(session().scalars(query.limit(rows_a_page + 1)))
    goes_on = len(rows) > rows_a_page
    rows = rows[:rows_a_page][:: -1 if backwards else 1]
    if not rows:
        return Shown(rows, earlier={"end": "1"} if start is not None and not backwards else None)
    has_earlier = goes_on if backwards else start is not None
    has_later = start is not None if backwards else goes_on
    return Shown(
        rows,
        earlier={"before": encoded(rows[0], names)} if has_earlier else None,
        later={"after": encoded(rows[-1], names)} if has_later else None,
    )


def _page_number() -> int:
    try:
        return min(max(1, whole(request.args.get("page", "1"))), LAST_PAGE)
    except ValueError:
        return 1


def _read(value: str, column: InstrumentedAttribute[Any]) -> Any:
    kind = column.type.python_type
    if kind is int:
        return whole(value)
    return kind.fromisoformat(value) if hasattr(kind, "fromisoformat") else kind(value)

"""What a view shows of a record, cell by cell: in lists, on the record's own page, in exports."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from functools import reduce
from typing import Any

from flask_babel import gettext

from flashpromo.admin.page import Words

Cell = str | int | float | Decimal | None


class Kind(StrEnum):
    """How a value is written; templates know each by its name."""

    TEXT = "text"
    NUMBER = "number"
    MONEY = "money"
    MOMENT = "moment"
    DAY = "day"
    YES_NO = "yes_no"
    STATE = "state"
    LIST = "list"
    JSON = "json"


@dataclass(frozen=True)
class Column:
    """One value of a record.

    Attributes:
        name: where it stands in a row: attributes, joined by dots.
        label: what it is called.
        kind: how it is written.
        to: the endpoint of the view of the record that the value is the id of.
        currency: where the currency of an amount stands in the row; without it, it is a number.
        words: what its values are called.
        order: the expression by which lists may be ordered, None where no index serves it.
        reckon: makes the value of the row and the present time, where it stands in no attribute.
    """

    name: str
    label: Words
    kind: Kind = Kind.TEXT
    to: str = ""
    currency: str = ""
    words: Mapping[str, Words] | None = None
    order: Any = None
    reckon: Callable[[Any, datetime], Any] | None = None

    def value(self, row: Any, now: datetime) -> Any:
        """What the row has; None when there is nothing."""
        return self.reckon(row, now) if self.reckon else found(row, self.name)

    def written_in(self, row: Any) -> str | None:
        """The currency of the amount."""
        currency: str | None = found(row, self.currency) if self.currency else None
        return currency

    def told(self, value: Any) -> Any:
        """The value by the name that people know it by."""
        return self.words.get(value, value) if self.words else value

    def cell(self, row: Any, now: datetime) -> Cell:
        """The value for a program: times as ISO 8601 in UTC, prices as plain decimals."""
        return _plain(self.value(row, now))


def found(row: Any, path: str) -> Any:
    """What stands there; None when something on the way is None."""
    return reduce(_attribute, path.split("."), row)


def _attribute(of: Any, name: str) -> Any:
    return None if of is None else getattr(of, name)


def _plain(value: Any) -> Cell:
    if isinstance(value, bool):
        return str(gettext("Yes") if value else gettext("No"))
    if value is None or isinstance(value, int | float | Decimal):
        return value
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, list | tuple):
        return " ".join(str(each) for each in value)
    return str(value)

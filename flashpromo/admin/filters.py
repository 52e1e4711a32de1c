"""What a list may be narrowed by: each filter is a field of the form above it, and one condition.

What cannot be understood narrows nothing, and the field says so. Where a table is large, an index
stands behind every filter.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from flask_babel import gettext
from flask_babel import lazy_gettext as _
from sqlalchemy import ColumnElement, false

from flashpromo import config
from flashpromo.admin.page import Words

BIGGEST: Final = 2**63 - 1
BIGGEST_LISTED: Final = 2**31 - 1
LONGEST: Final = 200
YES_NO: Final = (("yes", _("Yes")), ("no", _("No")))


class Kind(StrEnum):
    """What may be filled in."""

    NUMBER = "number"
    TEXT = "text"
    CHOICE = "choice"
    DAY = "date"


Condition = Callable[[Any], ColumnElement[bool]]


@dataclass(frozen=True)
class Filter:
    """One field of the form, by the name of its parameter.

    Attributes:
        name: of the parameter.
        label: what the field is called.
        kind: what may be filled in.
        where: the condition on a value: a whole number, a text, a choice, or a `date`.
        choices: values and their names.
    """

    name: str
    label: Words
    kind: Kind
    where: Condition
    choices: Sequence[tuple[str, Words]] = ()

    def read(self, sent: str) -> Any:
        """The value of what was filled in; raises `ValueError` with a sentence for its field."""
        if self.kind is Kind.NUMBER:
            return whole(sent)
        if self.kind is Kind.DAY:
            return _day(sent)
        if self.kind is Kind.CHOICE and sent not in {value for value, _name in self.choices}:
            raise ValueError(gettext("Is none of the choices."))
        return sent


@dataclass(frozen=True)
class Narrowed:
    """What is asked for: by field what was filled in, the conditions, and what was wrong."""

    filled: Mapping[str, str]
    conditions: Sequence[ColumnElement[bool]]
    wrong: Mapping[str, str]


def narrowed(filters: Sequence[Filter], arguments: Mapping[str, str]) -> Narrowed:
    """What the parameters of an address ask for."""
    filled, wrong, conditions = {}, {}, []
    for each in filters:
        sent = clean(arguments.get(each.name, ""))
        if not sent:
            continue
        filled[each.name] = sent
        try:
            conditions.append(each.where(each.read(sent)))
        except ValueError as error:
            wrong[each.name] = str(error)
    return Narrowed(filled, conditions, wrong)


def clean(sent: str) -> str:
    """What was filled in, without what no text of ours has."""
    return "".join(sign for sign in sent.strip()[:LONGEST] if sign.isprintable())


def whole(sent: str) -> int:
    """A whole number that an id may be; raises `ValueError`."""
    if not sent.isascii() or not sent.isdecimal() or len(sent) > 19 or int(sent) > BIGGEST:
        raise ValueError(gettext("Must be a whole number."))
    return int(sent)


def number(name: str, label: Words, column: Any) -> Filter:
    """Just this number: an id."""
    return Filter(name, label, Kind.NUMBER, lambda value: column == value)


def identifier(name: str, label: Words, column: Any) -> Filter:
    """Just this UUID."""

    def where(value: str) -> ColumnElement[bool]:
        try:
            condition: ColumnElement[bool] = column == UUID(value)
        except ValueError:
            raise ValueError(gettext("Is no such id.")) from None
        return condition

    return Filter(name, label, Kind.TEXT, where)


def text(name: str, label: Words, column: Any) -> Filter:
    """Just this text."""
    return Filter(name, label, Kind.TEXT, lambda value: column == value)


def choice(
    name: str, label: Words, where: Condition, choices: Sequence[tuple[str, Words]]
) -> Filter:
    """One of a few."""
    return Filter(name, label, Kind.CHOICE, where, choices)


def yes_no(name: str, label: Words, condition: ColumnElement[bool]) -> Filter:
    """Whether a condition holds."""
    return choice(name, label, lambda value: condition if value == "yes" else ~condition, YES_NO)


def since(name: str, label: Words, column: Any) -> Filter:
    """From the beginning of a day on, on the marketplace's calendar."""
    return Filter(name, label, Kind.DAY, lambda day: column >= midnight(day))


def until(name: str, label: Words, column: Any) -> Filter:
    """Up to the end of a day."""
    return Filter(name, label, Kind.DAY, lambda day: column < midnight(day + timedelta(days=1)))


def on_day(name: str, label: Words, column: Any) -> Filter:
    """Just this day of a calendar."""
    return Filter(name, label, Kind.DAY, lambda day: column == day)


def midnight(day: date) -> datetime:
    """The first instant of a day of the marketplace's calendar."""
    return datetime.combine(day, time(), ZoneInfo(config.current().marketplace_time_zone))


def _day(sent: str) -> date:
    try:
        day = date.fromisoformat(sent)
    except ValueError:
        raise ValueError(gettext("Must be a day.")) from None
    if not 1970 <= day.year <= 9000:
        raise ValueError(gettext("Must be a day."))
    return day


def part(name: str, label: Words, column: Any) -> Filter:
    """Part of this text, in any case: for small tables."""
    return Filter(name, label, Kind.TEXT, lambda value: column.icontains(value, autoescape=True))


def holding(name: str, label: Words, column: Any) -> Filter:
    """An id among those of a list; one that is too large for it is in none."""

    def where(value: int) -> ColumnElement[bool]:
        found: ColumnElement[bool] = column.contains([value])
        return found if value <= BIGGEST_LISTED else false()

    return Filter(name, label, Kind.NUMBER, where)


def given(name: str, label: Words, where: Condition) -> Filter:
    """A number, such as an id, that a condition is made of."""
    return Filter(name, label, Kind.NUMBER, where)

"""On which days and between which times, as it is typed, and the rule that it means."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from typing import Any, Final, Self
from zoneinfo import ZoneInfo

from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict

from flashpromo.promos.recurrence import WEEK, Weekday

LONGEST: Final = 40
CLOCKS: Final = ("%H:%M", "%H:%M:%S")
PRESETS: Final[Mapping[str, Collection[Weekday]]] = {
    "weekdays": WEEK[:5],
    "weekend": WEEK[5:],
    "every_day": WEEK,
}
"""Buttons that choose several days at once, by the step that they send."""
FIELDS: Final = ("weekdays", "starts_at", "ends_at", "first_day", "last_day")


@dataclass(frozen=True)
class TypedRule:
    """What stands in the fields: text, whether it can be read or not."""

    weekdays: Sequence[str] = ()
    starts_at: str = ""
    ends_at: str = ""
    first_day: str = ""
    last_day: str = ""

    @classmethod
    def blank(cls, zone: str, now: datetime) -> Self:
        """The weekdays of two weeks from tomorrow, on the calendar of a zone."""
        tomorrow = now.astimezone(ZoneInfo(zone)).date() + timedelta(days=1)
        last = tomorrow + timedelta(days=13)
        return cls(
            weekdays=tuple(PRESETS["weekdays"]),
            first_day=tomorrow.isoformat(),
            last_day=last.isoformat(),
        )

    @classmethod
    def sent(cls, form: MultiDict[str, str]) -> Self:
        """What a form has sent."""
        texts = {name: form.get(name, "")[:LONGEST].strip() for name in FIELDS[1:]}
        chosen = [each for each in WEEK if each in form.getlist("weekdays")]
        return cls(weekdays=tuple(chosen), **texts)

    def on(self, preset: str) -> Self:
        """The same on the days of one of `PRESETS`."""
        return replace(self, weekdays=tuple(PRESETS[preset]))


@dataclass(frozen=True)
class ReadRule:
    """What could be read, by the names of `recurrence.Rule`; what is wrong with the others."""

    values: Mapping[str, Any] = field(default_factory=dict)
    wrong: Mapping[str, list[str]] = field(default_factory=dict)


def read(typed: TypedRule) -> ReadRule:
    """Read what was typed; whether such a rule may be is the domain's to say."""
    values: dict[str, Any] = {"weekdays": tuple(Weekday(each) for each in typed.weekdays)}
    wrong: dict[str, list[str]] = {}
    for name in ("starts_at", "ends_at"):
        found = _time(getattr(typed, name))
        if found is None:
            wrong[name] = [_("Must be a time of the day, like 17:30.")]
        values[name] = found
    for name in ("first_day", "last_day"):
        day = _day(getattr(typed, name))
        if day is None:
            wrong[name] = [_("Must be a day, like 2026-12-20.")]
        values[name] = day
    if not typed.weekdays:
        wrong["weekdays"] = [_("Choose at least one day of the week.")]
    first, last = values["first_day"], values["last_day"]
    if first and last and last < first:
        wrong["last_day"] = [_("Must not be before the first day.")]
    return ReadRule({name: found for name, found in values.items() if found is not None}, wrong)


def _time(text: str) -> time | None:
    for form in CLOCKS:
        try:
            return datetime.strptime(text, form).time()  # noqa: DTZ007 - on the clock of the store
        except ValueError:
            continue
    return None


def _day(text: str) -> date | None:
    try:
        return datetime.strptime(text, "%Y-%m-%d").date()  # noqa: DTZ007 - a day has no zone
    except ValueError:
        return None

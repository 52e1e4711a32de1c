"""Start and end as they are typed, by the clock of the store, and the instants that they mean.

A time that the clocks skip is the instant at which they jump over it. One that they pass twice is
the first of the two, unless the second is asked for.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import UTC, datetime
from typing import Any, Final, Self
from zoneinfo import ZoneInfo

from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict

from flashpromo.promos.models import Promo
from flashpromo.promos.wall_clock import Passed, first_reading, second_reading, shown

LONGEST: Final = 40
EARLIEST_YEAR, LATEST_YEAR = 1971, 2199
DAYS: Final = ("%Y-%m-%d",)
CLOCKS: Final = ("%H:%M", "%H:%M:%S")
SECOND: Final = "second"


@dataclass(frozen=True)
class TypedWindow:
    """What stands in the fields: text, whether it can be read or not."""

    start_date: str = ""
    start_clock: str = ""
    start_which: str = ""
    end_date: str = ""
    end_clock: str = ""
    end_which: str = ""

    @classmethod
    def sent(cls, form: MultiDict[str, str]) -> Self:
        """What a form has sent."""
        names = [each.name for each in fields(cls)]
        return cls(**{name: form.get(name, "")[:LONGEST].replace("\0", "") for name in names})

    @classmethod
    def of(cls, promo: Promo) -> Self:
        """What a stored promo would have typed, on the clock of its store."""
        zone = ZoneInfo(promo.product.store.time_zone)
        return cls(**_typed("start", promo.start_time, zone), **_typed("end", promo.end_time, zone))

    def is_shown_by_browsers(self, name: str) -> bool:
        """Whether the browser's own field for days or times would show this text, not drop it."""
        text = getattr(self, name)
        return not text or _is(text, *(DAYS if name.endswith("_date") else CLOCKS))


@dataclass(frozen=True)
class Moment:
    """What a typed time means: `local` is what was typed, `at` the instant in UTC."""

    local: datetime
    at: datetime
    passed: Passed
    is_second: bool = False


@dataclass
class Window:
    """The moments that could be read, by the name of their term; what is wrong with the others."""

    moments: dict[str, Moment] = field(default_factory=dict)
    wrong: dict[str, list[str]] = field(default_factory=dict)

    @property
    def values(self) -> Mapping[str, Any]:
        """The instants, by the names of the terms."""
        return {name: moment.at for name, moment in self.moments.items()}


def read(typed: TypedWindow, zone: str | None) -> Window:
    """Read what was typed by the clock of a zone (IANA name).

    Without a zone, while no store is known, only what can never be read is wrong.
    """
    window = Window()
    for edge in ("start", "end"):
        name = f"{edge}_time"
        try:
            local = _local(getattr(typed, f"{edge}_date"), getattr(typed, f"{edge}_clock"))
        except ValueError as error:
            window.wrong[name] = [str(error)]
            continue
        if zone is not None:
            which = getattr(typed, f"{edge}_which")
            window.moments[name] = _moment(local, ZoneInfo(zone), wants_second=which == SECOND)
    start, end = (window.moments.get(name) for name in ("start_time", "end_time"))
    if start and end and end.at <= start.at:
        window.wrong["end_time"] = [_("Must be after the start.")]
    return window


def _local(day: str, clock: str) -> datetime:
    """The naive local time; raises `ValueError` with a sentence for a person."""
    if not day.strip() and not clock.strip():
        raise ValueError(_("Must have a day and a time."))
    try:
        found = datetime.strptime(day.strip(), "%Y-%m-%d")  # noqa: DTZ007 - by the store's clock
    except ValueError:
        raise ValueError(_("Must have a day, like 2030-05-17.")) from None
    if not EARLIEST_YEAR <= found.year <= LATEST_YEAR:
        raise ValueError(_("Must be after 1970 and before 2200."))
    for form in CLOCKS:
        try:
            time = datetime.strptime(clock.strip(), form).time()  # noqa: DTZ007
        except ValueError:
            continue
        return datetime.combine(found, time)
    raise ValueError(_("Must have a time, like 17:30."))


def _moment(local: datetime, zone: ZoneInfo, *, wants_second: bool) -> Moment:
    reading = first_reading(local, zone)
    if reading.passed is Passed.TWICE and wants_second:
        return Moment(local, second_reading(local, zone), reading.passed, is_second=True)
    return Moment(local, reading.at, reading.passed)


def _is(text: str, *forms: str) -> bool:
    for form in forms:
        try:
            return f"{datetime.strptime(text, form):{form}}" == text  # noqa: DTZ007
        except ValueError:
            continue
    return False


def _typed(edge: str, at: datetime, zone: ZoneInfo) -> dict[str, str]:
    local = shown(at, zone).replace(microsecond=0)
    first = first_reading(local, zone)
    is_second = first.passed is Passed.TWICE and at.astimezone(UTC) >= second_reading(local, zone)
    return {
        f"{edge}_date": f"{local:%Y-%m-%d}",
        f"{edge}_clock": f"{local:%H:%M:%S}".removesuffix(":00"),
        f"{edge}_which": SECOND if is_second else "",
    }

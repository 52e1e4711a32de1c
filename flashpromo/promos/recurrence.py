"""Promos that recur: "weekdays 17:00 to 19:00 until 20 December", as the single windows it means.

The times are those on the clock of the store, on every day: 17:00 to 19:00 stays 17:00 to 19:00
when the clocks change, for that is what stands on the door. An end that is not after the start is
on the next day, so a window lasts a day at most, and a window begins on each matching day.

On the day of a change a time is the first instant at which the clock shows it or a later one (see
`wall_clock`), and the window says so by a remark, for the merchant to see before anything is made:

- A start or an end that the clocks skip is the instant at which they jump: an offer until 02:30 is
  over when 02:30 has been jumped over, and one from 02:30 begins then. A window that is skipped as
  a whole has nothing left, and is left out; on a day that a place skips, that is every window.
- A start or an end that comes twice is the first of the two. A window within the repeated hour is
  open once and as long as always, not until the second time: a merchant who gives a price away for
  half an hour must not give it away for an hour and a half. And only so do windows that touch, like
  those of whole days, not overlap: the end of one and the start of the next mean the same instant.
- A window that the change lies in is shorter or longer than its times look.

Pure: time is an argument, nothing is read or written.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from itertools import islice
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from flashpromo.errors import InvalidFields
from flashpromo.fields import Checks
from flashpromo.promos.occurrences import LeftOut, Remark, Window, occurrence

MOST_WINDOWS: Final = 366
EARLIEST_DAY: Final = date(1970, 1, 2)
LATEST_DAY: Final = date(2199, 12, 30)
"""Windows of these days have instants that the API can say, in every zone."""


class Weekday(StrEnum):
    """The days of a week, in the order of `date.weekday()`."""

    MONDAY = "monday"
    TUESDAY = "tuesday"
    WEDNESDAY = "wednesday"
    THURSDAY = "thursday"
    FRIDAY = "friday"
    SATURDAY = "saturday"
    SUNDAY = "sunday"


WEEK: Final = tuple(Weekday)


@dataclass(frozen=True)
class Series:
    """What a rule means: its windows, one after the other, and the days without one, in order."""

    zone: ZoneInfo
    windows: tuple[Window, ...]
    left_out: tuple[LeftOut, ...]


@dataclass(frozen=True)
class Rule:
    """On these weekdays, from the first to the last day (inclusive), between these local times.

    `zone` is the IANA name of the store's time zone.
    """

    weekdays: Collection[Weekday]
    starts_at: time
    ends_at: time
    first_day: date
    last_day: date
    zone: str

    def series(self, now: datetime) -> Series:
        """The windows that are not over at `now` (aware).

        Raises:
            InvalidFields: a field is wrong, there are more than `MOST_WINDOWS`, or none is left.
        """
        zone = self._checked()
        found = [occurrence(day, self._local(day), zone, now) for day in self._days()]
        series = Series(
            zone,
            tuple(each for each in found if isinstance(each, Window)),
            tuple(each for each in found if isinstance(each, LeftOut)),
        )
        _demand_windows(series)
        return series

    def _checked(self) -> ZoneInfo:
        """The zone, if every field can be used."""
        checks = Checks()
        if not self.weekdays:
            checks.wrong("weekdays", "At least one weekday is needed.")
        for field, day in (("first_day", self.first_day), ("last_day", self.last_day)):
            if not EARLIEST_DAY <= day <= LATEST_DAY:
                checks.wrong(field, f"Must be from {EARLIEST_DAY} to {LATEST_DAY}.")
        if self.last_day < self.first_day:
            checks.wrong("last_day", "Must not be before first_day.")
        zone = _known(checks, self.zone)
        checks.done()
        return zone

    def _days(self) -> list[date]:
        """The days that match, at most so many that a series may have."""
        days = list(islice(self._matching(), MOST_WINDOWS + 1))
        if not days:
            raise InvalidFields({"weekdays": "None of them lies between first_day and last_day."})
        if len(days) > MOST_WINDOWS:
            raise InvalidFields({"last_day": f"More than {MOST_WINDOWS} days match."})
        return days

    def _matching(self) -> Iterator[date]:
        for ordinal in range(self.first_day.toordinal(), self.last_day.toordinal() + 1):
            day = date.fromordinal(ordinal)
            if WEEK[day.weekday()] in self.weekdays:
                yield day

    def _local(self, day: date) -> tuple[datetime, datetime]:
        """What the clock is to show at the start and at the end of the window of a day."""
        end_day = day if self.ends_at > self.starts_at else day + timedelta(days=1)
        return datetime.combine(day, self.starts_at), datetime.combine(end_day, self.ends_at)


def _known(checks: Checks, name: str) -> ZoneInfo:
    """The zone of this name; noted as wrong when there is none."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):  # OSError: a folder of zones, or too long
        checks.wrong("zone", "Must be the name of a time zone, like America/Mexico_City.")
        return ZoneInfo("UTC")


def _demand_windows(series: Series) -> None:
    if series.windows:
        return
    if any(each.remark is Remark.ALREADY_OVER for each in series.left_out):
        raise InvalidFields({"last_day": "Every window is already over."})
    raise InvalidFields({"starts_at": "The clocks skip every one of these windows."})

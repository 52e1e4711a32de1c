"""What a time on the clock of a store means as an instant, on the days when clocks change too.

A local time means the first instant at which the clock shows it or a later one. So a time that the
clocks skip is the instant at which they jump over it, and one that they pass twice is the first of
the two, as calendars have it (RFC 5545). Later local times are then never earlier instants: what
stands in order on the clock stands in order in time, and cannot overlap because clocks change.
"""

from bisect import bisect_left
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import Enum, auto
from zoneinfo import ZoneInfo


class Passed(Enum):
    """How often the clock shows a local time."""

    ONCE = auto()
    TWICE = auto()
    NEVER = auto()


@dataclass(frozen=True)
class Reading:
    """The instant, in UTC, that a local time means, and how often the clock shows that time."""

    at: datetime
    passed: Passed


def first_reading(local: datetime, zone: ZoneInfo) -> Reading:
    """The first instant at which the clock in `zone` shows `local` (naive) or a later time."""
    first, second = (local.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1))
    if first == second:
        return Reading(first, Passed.ONCE)
    if first < second:
        return Reading(first, Passed.TWICE)
    # Read by the offset from before the gap it is too late, by the one from after it too early.
    return Reading(_jump(second, first, local, zone), Passed.NEVER)


def second_reading(local: datetime, zone: ZoneInfo) -> datetime:
    """The second instant, in UTC, at which the clock shows a local time that it passes twice."""
    return local.replace(tzinfo=zone, fold=1).astimezone(UTC)


def shown(at: datetime, zone: ZoneInfo) -> datetime:
    """What the clock in `zone` shows at an instant: naive."""
    return at.astimezone(zone).replace(tzinfo=None, fold=0)


def _jump(before: datetime, after: datetime, local: datetime, zone: ZoneInfo) -> datetime:
    """The whole second between the two at which the clock jumps over `local`."""
    whole = before.replace(microsecond=0)
    seconds = range(int((after - whole).total_seconds()) + 1)
    jumped = bisect_left(
        seconds, True, key=lambda each: shown(whole + timedelta(seconds=each), zone) > local
    )
    return whole + timedelta(seconds=jumped)

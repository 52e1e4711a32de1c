"""One day of a recurring promo: its window, and what is unusual about it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Final
from zoneinfo import ZoneInfo

from flashpromo.promos.wall_clock import Passed, Reading, first_reading


class Remark(StrEnum):
    """What is unusual about the window of a day; the last two say why there is none."""

    START_SKIPPED = "start_skipped"
    END_SKIPPED = "end_skipped"
    START_REPEATED = "start_repeated"
    END_REPEATED = "end_repeated"
    SHORTER = "shorter"
    LONGER = "longer"
    ALREADY_BEGUN = "already_begun"
    SKIPPED = "skipped"
    ALREADY_OVER = "already_over"


MEANINGS: Final = {
    Remark.START_SKIPPED: "The clocks skip its start: it begins when they jump.",
    Remark.END_SKIPPED: "The clocks skip its end: it ends when they jump.",
    Remark.START_REPEATED: "The clocks pass its start twice: it begins at the first time.",
    Remark.END_REPEATED: "The clocks pass its end twice: it ends at the first time.",
    Remark.SHORTER: "The clocks change within it: it is shorter than usual.",
    Remark.LONGER: "The clocks change within it: it is longer than usual.",
    Remark.ALREADY_BEGUN: "It has already begun.",
    Remark.SKIPPED: "The clocks skip all of it.",
    Remark.ALREADY_OVER: "It is already over.",
}


@dataclass(frozen=True)
class Window:
    """From `start` up to `end`, in UTC; `day` is the local day on which it begins by the rule."""

    day: date
    start: datetime
    end: datetime
    remarks: tuple[Remark, ...] = ()


@dataclass(frozen=True)
class LeftOut:
    """A day that matches and has no window, and why."""

    day: date
    remark: Remark


def occurrence(
    day: date, local: tuple[datetime, datetime], zone: ZoneInfo, now: datetime
) -> Window | LeftOut:
    """What comes of a day whose window is to be open between two local (naive) times.

    Args:
        day: on which it begins.
        local: what the clock in `zone` is to show at its start and at its end, in this order.
        zone: the store's.
        now: aware.
    """
    start, end = (first_reading(each, zone) for each in local)
    if start.at == end.at:
        return LeftOut(day, Remark.SKIPPED)
    if end.at <= now:
        return LeftOut(day, Remark.ALREADY_OVER)
    usual = local[1] - local[0]
    return Window(day, start.at, end.at, tuple(_remarks(start, end, usual, now)))


def _remarks(start: Reading, end: Reading, usual: timedelta, now: datetime) -> Iterator[Remark]:
    """What is unusual about a window that `usual`-ly is so long."""
    length = end.at - start.at
    said = {
        Remark.START_SKIPPED: start.passed is Passed.NEVER,
        Remark.START_REPEATED: start.passed is Passed.TWICE,
        Remark.END_SKIPPED: end.passed is Passed.NEVER,
        Remark.END_REPEATED: end.passed is Passed.TWICE,
        Remark.SHORTER: length < usual,
        Remark.LONGER: length > usual,
        Remark.ALREADY_BEGUN: start.at <= now,
    }
    return (remark for remark, holds in said.items() if holds)

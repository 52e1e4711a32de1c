"""What is said about start and end: what a clock that changes makes of them, and how long it is."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any, Self
from zoneinfo import ZoneInfo

from flask_babel import gettext as _

from flashpromo import formats
from flashpromo.console.promo_form import window
from flashpromo.console.promo_form.window import Moment, TypedWindow, Window
from flashpromo.entrance import language
from flashpromo.promos.wall_clock import Passed, second_reading, shown


@dataclass(frozen=True)
class WindowForm:
    """The fields of start and end, by the clock of `zone`; None while no store is known."""

    typed: TypedWindow
    window: Window
    zone: str | None
    now: datetime
    wrong: Mapping[str, Sequence[str]] = field(default_factory=dict)

    def checked(self) -> Self:
        """The same, with whatever could not be read shown as wrong."""
        return replace(self, wrong=self.window.wrong)

    def refused(self, fields: Mapping[str, Sequence[str]]) -> Self:
        """The same, with what the domain refused shown as wrong too."""
        return replace(self, wrong={**self.wrong, **fields})

    def remark(self, name: str) -> str:
        """What there is to know of a time that the clocks skip or pass twice; else empty."""
        moment = self.window.moments.get(name)
        if moment is None or self.zone is None or moment.passed is Passed.ONCE:
            return ""
        of_passed = _of_skipped if moment.passed is Passed.NEVER else _of_repeated
        return of_passed(name, moment, self.zone)

    def other_reading(self, name: str) -> str:
        """What the field offers for a time that the clocks pass twice; empty for all others."""
        moment = self.window.moments.get(name)
        if moment is None or self.zone is None or moment.passed is not Passed.TWICE:
            return ""
        second = second_reading(moment.local, ZoneInfo(self.zone))
        offset = formats.offset(second, self.zone, language.here())
        words: str = _("Take the second time (%(offset)s)", offset=offset)
        return words

    @property
    def plan(self) -> Mapping[str, Any] | None:
        """Start, end and what lies between, once both can be read and are in order."""
        if self.window.wrong or len(self.window.moments) < 2:
            return None
        start, end = (self.window.moments[name].at for name in ("start_time", "end_time"))
        lasts = formats.lasting(end - start, language.here())
        return {"start": start, "end": end, "lasts": lasts, "is_late": end <= self.now}


def of(typed: TypedWindow, zone: str | None, now: datetime) -> WindowForm:
    """The fields as they were typed, nothing shown as wrong yet."""
    return WindowForm(typed, window.read(typed, zone), zone, now)


def _of_skipped(name: str, moment: Moment, zone: str) -> str:
    at = shown(moment.at, ZoneInfo(zone))
    write = _clock if at.date() == moment.local.date() else _when
    said: dict[str, str] = {
        "start_time": _(
            "%(clock)s does not exist on %(day)s, when the clocks go forward: "
            "it will start at %(then)s."
        ),
        "end_time": _(
            "%(clock)s does not exist on %(day)s, when the clocks go forward: "
            "it will end at %(then)s."
        ),
    }
    return said[name] % {
        "clock": _clock(moment.local),
        "day": _day(moment.local),
        "then": write(at),
    }


def _of_repeated(name: str, moment: Moment, zone: str) -> str:
    said: dict[tuple[str, bool], str] = {
        ("start_time", False): _(
            "%(clock)s comes twice on %(day)s, when the clocks go back: "
            "it will start the first time (%(offset)s)."
        ),
        ("start_time", True): _(
            "%(clock)s comes twice on %(day)s, when the clocks go back: "
            "it will start the second time (%(offset)s)."
        ),
        ("end_time", False): _(
            "%(clock)s comes twice on %(day)s, when the clocks go back: "
            "it will end the first time (%(offset)s)."
        ),
        ("end_time", True): _(
            "%(clock)s comes twice on %(day)s, when the clocks go back: "
            "it will end the second time (%(offset)s)."
        ),
    }
    offset = formats.offset(moment.at, zone, language.here())
    values = {"clock": _clock(moment.local), "day": _day(moment.local), "offset": offset}
    return said[name, moment.is_second] % values


def _clock(local: datetime) -> str:
    return formats.clock(local.replace(tzinfo=UTC), "UTC", language.here())


def _day(local: datetime) -> str:
    return formats.day(local.replace(tzinfo=UTC), "UTC", language.here())


def _when(local: datetime) -> str:
    return formats.when(local.replace(tzinfo=UTC), "UTC", language.here())

"""Promos that recur: the rule, the windows that it means, and the promos that were made of them."""

import re
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any, ClassVar, Final, Self
from zoneinfo import ZoneInfo

from pydantic import BeforeValidator, Field, PlainSerializer, WithJsonSchema
from pydantic_core import PydanticCustomError

from flashpromo.api.shapes.base import Given, Shown
from flashpromo.api.values import Daytime, Flag, Id, Ids, Kilometres, Price, Quantity, ShownMoment
from flashpromo.promos.models import Promo
from flashpromo.promos.occurrences import MEANINGS, LeftOut, Remark, Window
from flashpromo.promos.recurrence import Rule, Series, Weekday

RULE: Final = {"weekdays", "starts_at", "ends_at", "first_day", "last_day"}
DATE: Final = re.compile("[0-9]{4}-[0-9]{2}-[0-9]{2}")


def local_day(value: object) -> date:
    """A day of the calendar from YYYY-MM-DD."""
    try:
        if isinstance(value, str) and DATE.fullmatch(value):
            return date.fromisoformat(value)
    except ValueError:
        pass
    raise PydanticCustomError("day", "Must be a day, like 2026-12-20.")


Day = Annotated[
    date,
    BeforeValidator(local_day),
    WithJsonSchema({"type": "string", "format": "date", "examples": ["2026-12-20"]}),
]
Weekdays = Annotated[
    list[Weekday],
    Field(min_length=1, max_length=100, strict=True, examples=[["monday", "friday"]]),
]
LocalMoment = Annotated[
    datetime,
    PlainSerializer(lambda value: value.isoformat(), return_type=str),
    WithJsonSchema(
        {"type": "string", "format": "date-time", "examples": ["2026-12-18T17:00:00-06:00"]}
    ),
]
"""An instant as it reads in a place, with the offset that holds there then."""


class RecurrenceIn(Given):
    """On these weekdays from `first_day` to `last_day` (both inclusive), between these local times.

    Times are those on the clock of the product's store. `ends_at` that is not after `starts_at` is
    on the next day.
    """

    write_as: ClassVar = {"product": "product_id", "segments": "segment_ids"}

    product_id: Id
    weekdays: Weekdays
    starts_at: Daytime
    ends_at: Daytime
    first_day: Day
    last_day: Day

    def rule(self, zone: str) -> Rule:
        """The rule in the zone of the product's store."""
        return Rule(**self.model_dump(include=RULE), zone=zone)


class RecurringPromosIn(RecurrenceIn):
    """A promo for each window of a rule. `is_active` publishes all of them."""

    promo_price: Price
    segment_ids: Ids
    max_distance_km: Kilometres = Decimal(2)
    quantity: Quantity = 1
    is_active: Flag = False

    def offer(self) -> dict[str, Any]:
        """The terms of each promo but for its window."""
        terms = self.model_dump(exclude=RULE | {"is_active"})
        return terms | {"segment_ids": tuple(self.segment_ids)}


class RemarkOut(Shown):
    """What is unusual about a window: `code` for programs, `text` for people."""

    code: Remark
    text: str

    @classmethod
    def of_remark(cls, remark: Remark) -> Self:
        """The document of a remark."""
        return cls(code=remark, text=MEANINGS[remark])


class WindowOut(Shown):
    """The window of a day, in UTC and as the store's clock shows it."""

    day: date
    start_time: ShownMoment
    end_time: ShownMoment
    local_start: LocalMoment
    local_end: LocalMoment
    remarks: list[RemarkOut]


class PreviewedWindowOut(WindowOut):
    """A window that would have a promo; `overlaps` are the published promos in its way."""

    overlaps: list[int]


class LeftOutOut(Shown):
    """A day of the rule that has no window, and why."""

    day: date
    remark: RemarkOut


class RecurrenceOut(Shown):
    """The windows of a rule, in order; nothing was made of them."""

    time_zone: str
    count: int
    results: list[PreviewedWindowOut]
    left_out: list[LeftOutOut]

    @classmethod
    def of_series(cls, series: Series, overlaps: Sequence[list[int]]) -> Self:
        """The document of what a rule means, and of the promos in the way of each window."""
        windows = [
            PreviewedWindowOut(**_window(each, series.zone), overlaps=in_the_way)
            for each, in_the_way in zip(series.windows, overlaps, strict=True)
        ]
        return cls(
            time_zone=series.zone.key,
            count=len(windows),
            results=windows,
            left_out=_left_out(series.left_out),
        )


class RecurringPromoOut(WindowOut):
    """A promo that was made, by its id, and its window."""

    id: int


class RecurringPromosOut(Shown):
    """The promos that were made, in the order of their windows."""

    time_zone: str
    count: int
    results: list[RecurringPromoOut]
    left_out: list[LeftOutOut]

    @classmethod
    def of_promos(cls, series: Series, promos: Sequence[Promo]) -> Self:
        """The document of a series and the promos of its windows."""
        made = [
            RecurringPromoOut(id=promo.id, **_window(window, series.zone))
            for window, promo in zip(series.windows, promos, strict=True)
        ]
        return cls(
            time_zone=series.zone.key,
            count=len(made),
            results=made,
            left_out=_left_out(series.left_out),
        )


def _window(window: Window, zone: ZoneInfo) -> dict[str, Any]:
    return {
        "day": window.day,
        "start_time": window.start,
        "end_time": window.end,
        "local_start": window.start.astimezone(zone),
        "local_end": window.end.astimezone(zone),
        "remarks": [RemarkOut.of_remark(each) for each in window.remarks],
    }


def _left_out(days: Iterable[LeftOut]) -> list[LeftOutOut]:
    return [LeftOutOut(day=each.day, remark=RemarkOut.of_remark(each.remark)) for each in days]

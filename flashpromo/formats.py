"""Money, numbers and times as the people of a locale write them.

Times are given as instants and written in a zone that the caller names: a merchant reads its
promos on the clock of the store. All of this is pure; doors bind it to who is looking.
"""

import re
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Final, Literal
from zoneinfo import ZoneInfo

from babel import Locale, dates, numbers, units

Width = Literal["short", "medium", "long", "full"]

NO_BREAK: Final = "\N{NO-BREAK SPACE}"
TOUCHING: Final = re.compile(r"(?<=[^\W\d_])(?=[-\d])|(?<=\d)(?=[^\W\d_])")
"""Where a code of letters stands against a number: Unicode wants a blank there, see CLDR's
`currencySpacing`."""

TO: Final = " \N{EN DASH} "


def money(amount: Decimal, currency: str, locale: Locale) -> str:
    """An amount in a currency (ISO 4217), with the decimals that the currency has.

    Where people write their own currency by its sign alone, so does this: $499.00 is pesos to a
    Mexican, and MX$499.00 to somebody in the United States.
    """
    written = numbers.format_currency(amount, currency, locale=locale)
    return TOUCHING.sub(NO_BREAK, written)


def number(value: Decimal | float, locale: Locale) -> str:
    """A count or a measure, with the marks between thousands and before decimals."""
    return numbers.format_decimal(value, locale=locale)


def amount(value: Decimal | float, locale: Locale) -> str:
    """An amount whose currency is not said beside it, with the two decimals that are kept."""
    return numbers.format_decimal(value, format="#,##0.00", locale=locale)


def percent(share: Decimal | float, locale: Locale) -> str:
    """A share of one, in whole percent."""
    return numbers.format_percent(share, locale=locale)


def day(moment: datetime, zone: str, locale: Locale, width: Width = "medium") -> str:
    """The day of an instant in a zone (IANA name)."""
    return dates.format_date(_there(moment, zone), width, locale=locale)


def date_of(day: date, locale: Locale) -> str:
    """A day of the calendar, wherever."""
    return dates.format_date(day, "medium", locale=locale)


def weekday_of(day: date, locale: Locale) -> str:
    """The same with its day of the week."""
    return dates.format_skeleton("yMMMEd", day, locale=locale)


def time_of(time: time, locale: Locale) -> str:
    """A time of the day on any clock, to the minute."""
    return dates.format_time(time, "short", locale=locale)


def clock(moment: datetime, zone: str, locale: Locale) -> str:
    """The time of day of an instant in a zone, to the minute.

    One that the clock shows twice, because it goes back, says which of the two by its offset.
    """
    there = _there(moment, zone)
    written = dates.format_time(there, "short", locale=locale)
    return f"{written} ({offset(moment, zone, locale)})" if _comes_twice(there) else written


def when(moment: datetime, zone: str, locale: Locale, width: Width = "medium") -> str:
    """Day and time of an instant in a zone, to the minute."""
    both = str(dates.get_datetime_format("medium", locale)).replace("'", "")
    return both.format(clock(moment, zone, locale), day(moment, zone, locale, width))


def span(start: datetime, end: datetime, zone: str, locale: Locale) -> str:
    """From when to when; the day is said once when both are on it."""
    if _there(start, zone).date() == _there(end, zone).date():
        return f"{when(start, zone, locale)}{TO}{clock(end, zone, locale)}"
    return f"{when(start, zone, locale)}{TO}{when(end, zone, locale)}"


def remaining(until: datetime, now: datetime, locale: Locale) -> str:
    """How long it still is: h:mm:ss within a day, days and hours beyond; never below zero."""
    minutes, seconds = divmod(max(0, int((until - now).total_seconds())), 60)
    hours, minutes = divmod(minutes, 60)
    if hours < 24:
        return f"{hours}:{minutes:02}:{seconds:02}"
    parts = [(hours // 24, "duration-day"), (hours % 24, "duration-hour")]
    return " ".join(
        units.format_unit(count, unit, "short", locale=locale) for count, unit in parts if count
    )


def lasting(length: timedelta, locale: Locale) -> str:
    """How long something takes: days, hours and minutes, those that are not zero."""
    minutes, _ = divmod(max(0, int(length.total_seconds())), 60)
    hours, minutes = divmod(minutes, 60)
    days, hours = divmod(hours, 24)
    parts = {"duration-day": days, "duration-hour": hours, "duration-minute": minutes}
    said = [
        units.format_unit(count, unit, "long", locale=locale)
        for unit, count in parts.items()
        if count or (unit == "duration-minute" and not days and not hours)
    ]
    return listed(said)


def listed(items: Sequence[str]) -> str:
    """Some measures beside each other, as every language of the pages has them.

    Babel's patterns of such lists are not whole for Spanish.
    """
    return ", ".join(items)


def offset(moment: datetime, zone: str, locale: Locale) -> str:
    """How far a zone is from Greenwich at an instant, like GMT-05:00."""
    return dates.get_timezone_gmt(_there(moment, zone), locale=locale)


def zone_name(zone: str, locale: Locale) -> str:
    """A zone by the city that people know it by."""
    city = dates.get_timezone_location(ZoneInfo(zone), locale=locale, return_city=True)
    return city.rpartition("/")[2]


def _comes_twice(there: datetime) -> bool:
    return there.utcoffset() != there.replace(fold=1 - there.fold).utcoffset()


def _there(moment: datetime, zone: str) -> datetime:
    return moment.astimezone(ZoneInfo(zone))

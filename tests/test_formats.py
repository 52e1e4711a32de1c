"""Money, numbers and times as people in Mexico, Spain and the United States write them."""

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from functools import partial

import pytest
from babel import Locale

from flashpromo import formats

MEXICO, SPAIN, STATES = (Locale.parse(each) for each in ("es_MX", "es_ES", "en_US"))
ZONE = "America/Mexico_City"
EVENING = datetime(2026, 11, 23, 1, 5, tzinfo=UTC)  # 19:05 of the day before in Mexico City


def plain(written: str) -> str:
    """Without the blanks that do not break a line."""
    return written.replace("\u202f", " ").replace("\xa0", " ")


@pytest.mark.parametrize(
    ("locale", "currency", "written"),
    [
        (MEXICO, "MXN", "$1,499.50"),
        (STATES, "MXN", "MX$1,499.50"),
        (SPAIN, "MXN", "1.499,50 MXN"),
        (SPAIN, "EUR", "1.499,50 €"),
        (STATES, "USD", "$1,499.50"),
        (MEXICO, "USD", "USD 1,499.50"),
        (STATES, "JPY", "¥1,500"),
    ],
)
def test_money(locale: Locale, currency: str, written: str):
    assert plain(formats.money(Decimal("1499.50"), currency, locale)) == written


@pytest.mark.parametrize(
    ("locale", "count", "share"),
    [(MEXICO, "12,840", "-50%"), (SPAIN, "12.840", "-50 %"), (STATES, "12,840", "-50%")],
)
def test_numbers_and_shares(locale: Locale, count: str, share: str):
    assert formats.number(12840, locale) == count
    assert plain(formats.percent(Decimal("-0.5"), locale)) == share


@pytest.mark.parametrize(
    ("locale", "written"), [(MEXICO, "1,450.50"), (SPAIN, "1.450,50"), (STATES, "1,450.50")]
)
def test_an_amount_of_no_currency_keeps_both_decimals(locale: Locale, written: str):
    assert formats.amount(Decimal("1450.5"), locale) == written


@pytest.mark.parametrize(
    ("locale", "when"),
    [
        (MEXICO, "22 nov 2026, 7:05 p.m."),
        (SPAIN, "22 nov 2026, 19:05"),
        (STATES, "Nov 22, 2026, 7:05 PM"),
    ],
)
def test_a_time_is_told_on_the_clock_of_the_store(locale: Locale, when: str):
    assert plain(formats.when(EVENING, ZONE, locale)) == when


def test_a_span_says_its_day_once_if_it_has_one():
    hours = timedelta(hours=2)
    written = plain(formats.span(EVENING, EVENING + hours, ZONE, STATES))
    assert written == "Nov 22, 2026, 7:05 PM \N{EN DASH} 9:05 PM"
    over_night = plain(formats.span(EVENING, EVENING + 4 * hours, ZONE, STATES))
    assert over_night == "Nov 22, 2026, 7:05 PM \N{EN DASH} Nov 23, 2026, 3:05 AM"


def test_of_a_time_that_comes_twice_it_is_said_which_it_is():
    twice = datetime(
        2030, 11, 3, 5, 30, tzinfo=UTC
    )  # half past one in New York, for the first time
    hour = timedelta(hours=1)
    new_york = partial(formats.when, zone="America/New_York", locale=STATES)
    assert plain(new_york(twice)) == "Nov 3, 2030, 1:30 AM (GMT-04:00)"
    assert plain(new_york(twice + hour)) == "Nov 3, 2030, 1:30 AM (GMT-05:00)"
    assert plain(new_york(twice + 2 * hour)) == "Nov 3, 2030, 2:30 AM"
    assert plain(new_york(twice - hour)) == "Nov 3, 2030, 12:30 AM"


@pytest.mark.parametrize(
    ("seconds", "written"),
    [
        (-5, "0:00:00"),
        (59.9, "0:00:59"),
        (3600, "1:00:00"),
        (86_399, "23:59:59"),
        (86_400, "1 day"),
        (2 * 86_400 + 7200, "2 days 2 hr"),
    ],
)
def test_what_remains(seconds: float, written: str):
    assert formats.remaining(EVENING + timedelta(seconds=seconds), EVENING, STATES) == written


def test_a_zone_is_named_after_its_place():
    assert formats.zone_name(ZONE, SPAIN) == "Ciudad de México"
    assert formats.zone_name("America/Argentina/Buenos_Aires", SPAIN) == "Buenos Aires"
    assert formats.zone_name("UTC", SPAIN) == "UTC"


def test_days_and_times_of_no_place():
    day, clock = date(2026, 11, 24), time(17, 30)
    assert formats.date_of(day, STATES) == "Nov 24, 2026"
    assert formats.weekday_of(day, STATES) == "Tue, Nov 24, 2026"
    assert plain(formats.time_of(clock, STATES)) == "5:30 PM"
    assert plain(formats.time_of(clock, SPAIN)) == "17:30"


def test_how_long_something_takes():
    written = {
        timedelta(0): "0 minutes",
        timedelta(minutes=1): "1 minute",
        timedelta(hours=2, seconds=30): "2 hours",
        timedelta(days=1, minutes=30): "1 day, 30 minutes",
        timedelta(days=2, hours=3, minutes=4): "2 days, 3 hours, 4 minutes",
    }
    assert {length: formats.lasting(length, STATES) for length in written} == written
    assert formats.lasting(timedelta(hours=2, minutes=30), SPAIN) == "2 horas, 30 minutos"


def test_how_far_a_zone_is_from_greenwich():
    assert formats.offset(EVENING, ZONE, STATES) == "GMT-06:00"
    assert formats.offset(EVENING, "Asia/Kathmandu", SPAIN) == "GMT+05:45"

"""A time on a wall is the first instant at which the clock shows it or a later one."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from flashpromo.promos.wall_clock import Passed, first_reading, second_reading, shown

ZONES = [
    "Europe/Madrid",
    "America/New_York",
    "America/Havana",
    "America/Santiago",
    "America/St_Johns",
    "Africa/Casablanca",
    "Asia/Kolkata",
    "Australia/Sydney",
    "Australia/Lord_Howe",
    "Pacific/Apia",
    "UTC",
]


def local(written: str) -> datetime:
    return datetime.fromisoformat(written)


@pytest.mark.parametrize(
    ("zone", "time", "instant", "passed"),
    [
        ("Europe/Madrid", "2025-03-30T01:59:59", "2025-03-30T00:59:59", Passed.ONCE),
        ("Europe/Madrid", "2025-03-30T02:00", "2025-03-30T01:00", Passed.NEVER),
        ("Europe/Madrid", "2025-03-30T02:59:59.999999", "2025-03-30T01:00", Passed.NEVER),
        ("Europe/Madrid", "2025-03-30T03:00", "2025-03-30T01:00", Passed.ONCE),
        ("Europe/Madrid", "2025-10-26T02:00", "2025-10-26T00:00", Passed.TWICE),
        ("Europe/Madrid", "2025-10-26T02:59", "2025-10-26T00:59", Passed.TWICE),
        ("Europe/Madrid", "2025-10-26T03:00", "2025-10-26T02:00", Passed.ONCE),
        ("America/New_York", "2025-03-09T02:30", "2025-03-09T07:00", Passed.NEVER),
        ("America/New_York", "2025-11-02T01:30", "2025-11-02T05:30", Passed.TWICE),
        ("America/Havana", "2025-03-09T00:00", "2025-03-09T05:00", Passed.NEVER),
        ("America/Havana", "2025-11-02T00:00", "2025-11-02T04:00", Passed.TWICE),
        ("America/Santiago", "2025-09-07T00:15", "2025-09-07T04:00", Passed.NEVER),
        ("America/Santiago", "2025-04-05T23:30", "2025-04-06T02:30", Passed.TWICE),
        ("America/Santiago", "2025-04-06T00:00", "2025-04-06T04:00", Passed.ONCE),
        ("Africa/Casablanca", "2025-04-06T02:30", "2025-04-06T02:00", Passed.NEVER),
        ("Africa/Casablanca", "2025-02-23T02:30", "2025-02-23T01:30", Passed.TWICE),
        ("Australia/Sydney", "2025-10-05T02:30", "2025-10-04T16:00", Passed.NEVER),
        ("Australia/Sydney", "2025-04-06T02:30", "2025-04-05T15:30", Passed.TWICE),
        ("Australia/Lord_Howe", "2025-10-05T02:15", "2025-10-04T15:30", Passed.NEVER),
        ("Australia/Lord_Howe", "2025-10-05T02:30", "2025-10-04T15:30", Passed.ONCE),
        ("Australia/Lord_Howe", "2025-04-06T01:45", "2025-04-05T14:45", Passed.TWICE),
        ("Pacific/Apia", "2011-12-30T00:00", "2011-12-30T10:00", Passed.NEVER),
        ("Pacific/Apia", "2011-12-30T23:59", "2011-12-30T10:00", Passed.NEVER),
        ("Asia/Kolkata", "2025-03-30T02:30", "2025-03-29T21:00", Passed.ONCE),
    ],
)
def test_a_time_on_a_day_of_change(zone, time, instant, passed):
    reading = first_reading(local(time), ZoneInfo(zone))
    assert (reading.at, reading.passed) == (local(instant).replace(tzinfo=UTC), passed)


@settings(max_examples=400, deadline=None)
@given(zone=st.sampled_from(ZONES), time=st.datetimes(datetime(1975, 1, 1), datetime(2040, 1, 1)))  # noqa: DTZ001 - times on a wall
@example(zone="Pacific/Apia", time=datetime(2011, 12, 30, 12))  # noqa: DTZ001
@example(zone="America/St_Johns", time=datetime(2010, 11, 7, 0, 0, 30))  # noqa: DTZ001
@example(zone="America/Santiago", time=datetime(2025, 4, 6))  # noqa: DTZ001
def test_before_that_instant_the_clock_shows_only_earlier_times(zone, time):
    place = ZoneInfo(zone)
    reading = first_reading(time, place)
    assert shown(reading.at, place) >= time
    assert (shown(reading.at, place) == time) is (reading.passed is not Passed.NEVER)
    for earlier in (timedelta(microseconds=1), *(timedelta(minutes=15 * n) for n in range(1, 200))):
        assert shown(reading.at - earlier, place) < time


@settings(max_examples=300, deadline=None)
@given(
    zone=st.sampled_from(ZONES),
    time=st.datetimes(datetime(1975, 1, 1), datetime(2040, 1, 1)),  # noqa: DTZ001
    later=st.timedeltas(timedelta(0), timedelta(days=2)),
)
def test_later_on_the_clock_is_never_earlier_in_time(zone, time, later):
    place = ZoneInfo(zone)
    assert first_reading(time, place).at <= first_reading(time + later, place).at


def test_the_second_of_two_times_is_as_much_later_as_the_clocks_go_back():
    for zone, written, minutes in (
        ("America/New_York", "2030-11-03 01:30", 60),
        ("Australia/Lord_Howe", "2030-04-07 01:45", 30),
    ):
        first = first_reading(local(written), ZoneInfo(zone))
        assert first.passed is Passed.TWICE
        second = second_reading(local(written), ZoneInfo(zone))
        assert second - first.at == timedelta(minutes=minutes)

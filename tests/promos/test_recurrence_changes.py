"""Recurring promos on the days when clocks change, north and south: 17:00 stays 17:00."""

from datetime import UTC, date, datetime, time, timedelta

import pytest

from flashpromo.promos.occurrences import Remark
from flashpromo.promos.recurrence import WEEK, Rule, Series

LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)

CHANGES = [
    pytest.param("Europe/Madrid", date(2025, 3, 30), "+01:00", "+02:00", id="Madrid, March"),
    pytest.param("Europe/Madrid", date(2025, 10, 26), "+02:00", "+01:00", id="Madrid, October"),
    pytest.param("America/New_York", date(2025, 3, 9), "-05:00", "-04:00", id="New York, March"),
    pytest.param("America/New_York", date(2025, 11, 2), "-04:00", "-05:00", id="New York, Nov."),
    pytest.param("Australia/Sydney", date(2025, 4, 6), "+11:00", "+10:00", id="Sydney, April"),
    pytest.param("Australia/Sydney", date(2025, 10, 5), "+10:00", "+11:00", id="Sydney, October"),
    pytest.param("America/Santiago", date(2025, 4, 6), "-03:00", "-04:00", id="Santiago, April"),
    pytest.param("America/Santiago", date(2025, 9, 7), "-04:00", "-03:00", id="Santiago, Sept."),
    pytest.param("Africa/Casablanca", date(2025, 2, 23), "+01:00", "+00:00", id="Ramadan begins"),
    pytest.param("Africa/Casablanca", date(2025, 4, 6), "+00:00", "+01:00", id="Ramadan is over"),
    pytest.param("Australia/Lord_Howe", date(2025, 4, 6), "+11:00", "+10:30", id="Lord Howe, Apr."),
    pytest.param("Australia/Lord_Howe", date(2025, 10, 5), "+10:30", "+11:00", id="Lord Howe, Oct"),
    pytest.param("Asia/Kolkata", date(2025, 3, 30), "+05:30", "+05:30", id="Kolkata, never"),
]


def series(zone: str, day: date, starts: str, ends: str, *, around: int = 0) -> Series:
    """Every day between two times, from `around` days before a day to as many after it."""
    asked = Rule(
        weekdays=WEEK,
        starts_at=time.fromisoformat(starts),
        ends_at=time.fromisoformat(ends),
        first_day=day - timedelta(days=around),
        last_day=day + timedelta(days=around),
        zone=zone,
    )
    return asked.series(LONG_AGO)


def local(found: Series) -> list[tuple[str, str]]:
    """The windows as they read on the wall, with their offsets."""
    return [
        (
            window.start.astimezone(found.zone).isoformat(timespec="minutes"),
            window.end.astimezone(found.zone).isoformat(timespec="minutes"),
        )
        for window in found.windows
    ]


@pytest.mark.parametrize(("zone", "day", "before", "after"), CHANGES)
def test_from_five_to_seven_is_from_five_to_seven(zone, day, before, after):
    found = series(zone, day, "17:00", "19:00", around=1)
    days = [day - timedelta(days=1), day, day + timedelta(days=1)]
    assert local(found) == [
        (f"{each}T17:00{offset}", f"{each}T19:00{offset}")
        for each, offset in zip(days, (before, after, after), strict=True)
    ]
    assert {window.remarks for window in found.windows} == {()}
    assert found.left_out == ()


MADRID_MARCH, MADRID_OCTOBER = date(2025, 3, 30), date(2025, 10, 26)


@pytest.mark.parametrize(
    ("zone", "day", "asked", "window", "remarks"),
    [
        pytest.param(
            *("Europe/Madrid", MADRID_MARCH, ("02:30", "05:00")),
            ("2025-03-30T03:00+02:00", "2025-03-30T05:00+02:00"),
            [Remark.START_SKIPPED, Remark.SHORTER],
            id="the start is skipped",
        ),
        pytest.param(
            *("Europe/Madrid", MADRID_MARCH, ("01:30", "02:30")),
            ("2025-03-30T01:30+01:00", "2025-03-30T03:00+02:00"),
            [Remark.END_SKIPPED, Remark.SHORTER],
            id="the end is skipped",
        ),
        pytest.param(
            *("Europe/Madrid", MADRID_MARCH, ("01:00", "04:00")),
            ("2025-03-30T01:00+01:00", "2025-03-30T04:00+02:00"),
            [Remark.SHORTER],
            id="an hour within is skipped",
        ),
        pytest.param(
            *("Europe/Madrid", MADRID_OCTOBER, ("02:15", "02:45")),
            ("2025-10-26T02:15+02:00", "2025-10-26T02:45+02:00"),
            [Remark.START_REPEATED, Remark.END_REPEATED],
            id="within the hour that comes twice: once, as long as always",
        ),
        pytest.param(
            *("Europe/Madrid", MADRID_OCTOBER, ("02:30", "04:00")),
            ("2025-10-26T02:30+02:00", "2025-10-26T04:00+01:00"),
            [Remark.START_REPEATED, Remark.LONGER],
            id="the start comes twice",
        ),
        pytest.param(
            *("Europe/Madrid", MADRID_OCTOBER, ("01:00", "02:30")),
            ("2025-10-26T01:00+02:00", "2025-10-26T02:30+02:00"),
            [Remark.END_REPEATED],
            id="the end comes twice",
        ),
        pytest.param(
            *("Europe/Madrid", MADRID_OCTOBER, ("01:00", "04:00")),
            ("2025-10-26T01:00+02:00", "2025-10-26T04:00+01:00"),
            [Remark.LONGER],
            id="an hour within comes twice",
        ),
        pytest.param(
            *("Europe/Madrid", date(2025, 3, 29), ("22:00", "04:00")),
            ("2025-03-29T22:00+01:00", "2025-03-30T04:00+02:00"),
            [Remark.SHORTER],
            id="over the midnight before",
        ),
        pytest.param(
            *("America/New_York", date(2025, 3, 9), ("02:00", "06:00")),
            ("2025-03-09T03:00-04:00", "2025-03-09T06:00-04:00"),
            [Remark.START_SKIPPED, Remark.SHORTER],
            id="New York skips the start",
        ),
        pytest.param(
            *("Australia/Sydney", date(2025, 10, 5), ("01:00", "02:30")),
            ("2025-10-05T01:00+10:00", "2025-10-05T03:00+11:00"),
            [Remark.END_SKIPPED, Remark.SHORTER],
            id="Sydney skips the end",
        ),
        pytest.param(
            *("Australia/Sydney", date(2025, 4, 6), ("02:00", "03:00")),
            ("2025-04-06T02:00+11:00", "2025-04-06T03:00+10:00"),
            [Remark.START_REPEATED, Remark.LONGER],
            id="Sydney's whole repeated hour is two",
        ),
        pytest.param(
            *("America/Santiago", date(2025, 9, 7), ("00:00", "02:00")),
            ("2025-09-07T01:00-03:00", "2025-09-07T02:00-03:00"),
            [Remark.START_SKIPPED, Remark.SHORTER],
            id="Santiago skips midnight",
        ),
        pytest.param(
            *("America/Santiago", date(2025, 4, 5), ("22:00", "00:00")),
            ("2025-04-05T22:00-03:00", "2025-04-06T00:00-04:00"),
            [Remark.LONGER],
            id="Santiago repeats the hour before midnight",
        ),
        pytest.param(
            *("Africa/Casablanca", date(2025, 2, 23), ("02:15", "02:45")),
            ("2025-02-23T02:15+01:00", "2025-02-23T02:45+01:00"),
            [Remark.START_REPEATED, Remark.END_REPEATED],
            id="Ramadan begins with an hour twice",
        ),
        pytest.param(
            *("Africa/Casablanca", date(2025, 4, 6), ("02:30", "04:00")),
            ("2025-04-06T03:00+01:00", "2025-04-06T04:00+01:00"),
            [Remark.START_SKIPPED, Remark.SHORTER],
            id="Ramadan ends with an hour less",
        ),
        pytest.param(
            *("Australia/Lord_Howe", date(2025, 10, 5), ("02:15", "03:00")),
            ("2025-10-05T02:30+11:00", "2025-10-05T03:00+11:00"),
            [Remark.START_SKIPPED, Remark.SHORTER],
            id="Lord Howe skips half an hour",
        ),
        pytest.param(
            *("Australia/Lord_Howe", date(2025, 4, 6), ("01:45", "02:00")),
            ("2025-04-06T01:45+11:00", "2025-04-06T02:00+10:30"),
            [Remark.START_REPEATED, Remark.LONGER],
            id="Lord Howe repeats half an hour",
        ),
        pytest.param(
            *("Pacific/Apia", date(2011, 12, 29), ("22:00", "02:00")),
            ("2011-12-29T22:00-10:00", "2011-12-31T00:00+14:00"),
            [Remark.END_SKIPPED, Remark.SHORTER],
            id="Apia skips the day on which it ends",
        ),
        pytest.param(
            *("Pacific/Apia", date(2011, 12, 30), ("22:00", "02:00")),
            ("2011-12-31T00:00+14:00", "2011-12-31T02:00+14:00"),
            [Remark.START_SKIPPED, Remark.SHORTER],
            id="Apia skips the day on which it begins",
        ),
    ],
)
def test_a_window_at_the_change_itself(zone, day, asked, window, remarks):
    found = series(zone, day, *asked)
    assert local(found) == [window]
    assert list(found.windows[0].remarks) == remarks


@pytest.mark.parametrize(
    ("zone", "day", "asked"),
    [
        pytest.param("Europe/Madrid", MADRID_MARCH, ("02:10", "02:50"), id="within the gap"),
        pytest.param("Europe/Madrid", MADRID_MARCH, ("02:00", "03:00"), id="the gap"),
        pytest.param("America/New_York", date(2025, 3, 9), ("02:00", "02:30"), id="New York"),
        pytest.param("Australia/Sydney", date(2025, 10, 5), ("02:00", "03:00"), id="Sydney"),
        pytest.param("America/Santiago", date(2025, 9, 7), ("00:00", "01:00"), id="Santiago"),
        pytest.param("Africa/Casablanca", date(2025, 4, 6), ("02:30", "03:00"), id="Casablanca"),
        pytest.param("Australia/Lord_Howe", date(2025, 10, 5), ("02:00", "02:30"), id="Lord Howe"),
        pytest.param("Pacific/Apia", date(2011, 12, 30), ("17:00", "19:00"), id="Apia"),
        pytest.param("Pacific/Apia", date(2011, 12, 30), ("00:00", "00:00"), id="Apia, all day"),
    ],
)
def test_a_window_that_is_skipped_is_left_out(zone, day, asked):
    found = series(zone, day, *asked, around=1)
    assert [(each.day, each.remark) for each in found.left_out] == [(day, Remark.SKIPPED)]
    assert [each.day for each in found.windows] == [
        day - timedelta(days=1),
        day + timedelta(days=1),
    ]

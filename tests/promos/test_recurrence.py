"""Recurring promos: which days match, which windows they have, and which rules are refused."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flashpromo.errors import InvalidFields
from flashpromo.promos.occurrences import MEANINGS, Remark
from flashpromo.promos.recurrence import MOST_WINDOWS, WEEK, Rule, Weekday
from flashpromo.promos.wall_clock import shown
from tests.promos.test_wall_clock import ZONES

LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)
WORKDAYS = WEEK[:5]
MOVED = {
    Remark.START_SKIPPED,
    Remark.END_SKIPPED,
    Remark.SHORTER,
    Remark.LONGER,
}


def rule(**changes) -> Rule:
    """Workdays 17:00 to 19:00 in Madrid, for the first three weeks of December 2025."""
    usual = {
        "weekdays": WORKDAYS,
        "starts_at": time(17),
        "ends_at": time(19),
        "first_day": date(2025, 12, 1),
        "last_day": date(2025, 12, 20),
        "zone": "Europe/Madrid",
    }
    return Rule(**usual | changes)


def wrong(asked: Rule, now: datetime = LONG_AGO) -> set[str]:
    """The fields that a refused rule is refused for."""
    with pytest.raises(InvalidFields) as refusal:
        asked.series(now)
    return set(refusal.value.fields)


def test_workdays_until_the_twentieth_of_december():
    series = rule().series(LONG_AGO)
    days = [window.day.day for window in series.windows]
    assert days == [1, 2, 3, 4, 5, 8, 9, 10, 11, 12, 15, 16, 17, 18, 19]
    first = series.windows[0]
    assert first.start == datetime(2025, 12, 1, 16, tzinfo=UTC)
    assert first.end == datetime(2025, 12, 1, 18, tzinfo=UTC)
    assert {window.remarks for window in series.windows} == {()}
    assert series.left_out == ()


@pytest.mark.parametrize("name", WEEK)
def test_the_names_of_the_days(name):
    (window,) = (
        rule(weekdays=[name], first_day=date(2025, 12, 1), last_day=date(2025, 12, 7))
        .series(LONG_AGO)
        .windows
    )
    assert f"{window.day:%A}".lower() == name


def test_the_first_and_the_last_day_are_inclusive():
    only = date(2025, 12, 5)
    assert [each.day for each in rule(first_day=only, last_day=only).series(LONG_AGO).windows] == [
        only
    ]


def test_an_end_that_is_not_after_the_start_is_on_the_next_day():
    (window,) = (
        rule(
            starts_at=time(22),
            ends_at=time(2),
            first_day=date(2025, 12, 31),
            last_day=date(2025, 12, 31),
        )
        .series(LONG_AGO)
        .windows
    )
    assert window.day == date(2025, 12, 31)
    assert window.end == datetime(2026, 1, 1, 1, tzinfo=UTC)


def test_whole_days_touch_and_do_not_overlap_when_the_clocks_go_back():
    series = rule(
        weekdays=WEEK,
        starts_at=time(2, 30),
        ends_at=time(2, 30),
        first_day=date(2025, 10, 24),
        last_day=date(2025, 10, 27),
    ).series(LONG_AGO)
    ends = [window.end for window in series.windows[:-1]]
    assert ends == [window.start for window in series.windows[1:]]
    lengths = [(window.end - window.start) / timedelta(hours=1) for window in series.windows]
    assert lengths == [24, 24, 25, 24]


def test_what_is_over_is_left_out_and_what_has_begun_says_so():
    now = datetime(2025, 12, 3, 17, tzinfo=UTC)  # 18:00 in Madrid, on Wednesday
    series = rule().series(now)
    assert [(each.day.day, each.remark) for each in series.left_out] == [
        (1, Remark.ALREADY_OVER),
        (2, Remark.ALREADY_OVER),
    ]
    assert series.windows[0].day.day == 3
    assert [window.remarks for window in series.windows[:2]] == [(Remark.ALREADY_BEGUN,), ()]


def test_a_window_is_over_at_its_end():
    end = datetime(2025, 12, 1, 18, tzinfo=UTC)
    assert rule().series(end).left_out[0].remark is Remark.ALREADY_OVER
    assert rule().series(end - timedelta(microseconds=1)).left_out == ()


@pytest.mark.parametrize(
    ("changes", "fields"),
    [
        pytest.param({"weekdays": []}, {"weekdays"}, id="no weekday"),
        pytest.param({"last_day": date(2025, 11, 30)}, {"last_day"}, id="the last day first"),
        pytest.param({"first_day": date(1969, 1, 1)}, {"first_day"}, id="too early"),
        pytest.param({"last_day": date.max}, {"last_day"}, id="too late"),
        pytest.param(
            {"weekdays": [], "zone": "x", "last_day": date(2025, 1, 1)},
            {"weekdays", "zone", "last_day"},
            id="everything at once",
        ),
        pytest.param(
            {"weekdays": [Weekday.SUNDAY], "last_day": date(2025, 12, 6)},
            {"weekdays"},
            id="no such weekday in between",
        ),
        pytest.param({"last_day": date(2027, 12, 1)}, {"last_day"}, id="too many"),
        pytest.param(
            {"last_day": date(2199, 12, 30), "weekdays": [Weekday.MONDAY]},
            {"last_day"},
            id="too many, weekly",
        ),
    ],
)
def test_rules_that_are_refused(changes, fields):
    assert wrong(rule(**changes)) == fields


@pytest.mark.parametrize(
    "zone", ["", "Europe", "Mars/Olympus", "/etc/passwd", "../x", "\0", "\ud800", "x" * 9999]
)
def test_zones_that_are_none(zone):
    assert wrong(rule(zone=zone)) == {"zone"}


def test_a_year_of_windows_is_the_most():
    first = date(2024, 1, 1)  # a leap year
    year = rule(weekdays=WEEK, first_day=first, last_day=date(2024, 12, 31))
    assert len(year.series(LONG_AGO).windows) == MOST_WINDOWS == 366
    assert wrong(rule(weekdays=WEEK, first_day=first, last_day=date(2025, 1, 1))) == {"last_day"}


def test_a_rule_that_is_over_is_refused():
    assert wrong(rule(), datetime(2025, 12, 19, 18, tzinfo=UTC)) == {"last_day"}


def test_a_rule_of_which_the_clocks_skip_everything_is_refused():
    skipped = date(2025, 3, 30)
    assert wrong(
        rule(
            weekdays=WEEK,
            starts_at=time(2, 10),
            ends_at=time(2, 50),
            first_day=skipped,
            last_day=skipped,
        )
    ) == {"starts_at"}


def test_every_remark_has_its_meaning():
    assert set(MEANINGS) == set(Remark)


MINUTES = st.times().map(lambda each: each.replace(second=0, microsecond=0))


@st.composite
def rules(draw) -> Rule:
    first = draw(st.dates(date(1975, 1, 1), date(2040, 1, 1)))
    return Rule(
        weekdays=draw(st.sets(st.sampled_from(WEEK), min_size=1)),
        starts_at=draw(MINUTES),
        ends_at=draw(MINUTES),
        first_day=first,
        last_day=first + timedelta(days=draw(st.integers(14, 365))),
        zone=draw(st.sampled_from(ZONES)),
    )


@settings(max_examples=200, deadline=None)
@given(asked=rules(), elapsed=st.integers(-1, 5))
def test_whatever_is_asked(asked, elapsed):
    now = datetime.combine(asked.first_day + timedelta(days=elapsed), time(12), UTC)
    series = asked.series(now)
    span = range((asked.last_day - asked.first_day).days + 1)
    days = [asked.first_day + timedelta(days=each) for each in span]
    matching = [day for day in days if WEEK[day.weekday()] in asked.weekdays]
    told = [window.day for window in series.windows] + [each.day for each in series.left_out]
    assert sorted(told) == matching
    assert [window.day for window in series.windows] == sorted({w.day for w in series.windows})
    for window, following in zip(series.windows, series.windows[1:], strict=False):
        assert window.end <= following.start
    for window in series.windows:
        as_asked(asked, window, now)


def as_asked(asked: Rule, window, now: datetime) -> None:
    """The window is some time long, to come, and on the wall what was asked unless it says more."""
    assert window.start < window.end
    assert window.end > now
    assert (Remark.ALREADY_BEGUN in window.remarks) is (window.start <= now)
    place = ZoneInfo(asked.zone)
    start, end = shown(window.start, place), shown(window.end, place)
    end_day = window.day + timedelta(days=asked.ends_at <= asked.starts_at)
    asked_start = datetime.combine(window.day, asked.starts_at)
    asked_end = datetime.combine(end_day, asked.ends_at)
    assert (start == asked_start) is (Remark.START_SKIPPED not in window.remarks)
    assert (end == asked_end) is (Remark.END_SKIPPED not in window.remarks)
    if not MOVED & set(window.remarks):
        assert window.end - window.start == asked_end - asked_start

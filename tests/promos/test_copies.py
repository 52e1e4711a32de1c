"""A promo once more: its window is kept or moved, and its local times survive the clocks."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from flashpromo import campaign
from flashpromo.db import transaction
from flashpromo.errors import InvalidFields, NotFound
from flashpromo.promos import copies, lifecycle
from flashpromo.promos.copies import next_window
from flashpromo.promos.terms import Terms
from tests.story import activate, publish, state_of


def duplicate(promo_id, **changes):
    with transaction():
        return copies.duplicate(promo_id, changes)


def at(zone: str, written: str, fold: int = 0) -> datetime:
    return datetime.fromisoformat(written).replace(tzinfo=ZoneInfo(zone), fold=fold)


def moved(zone: str, window: tuple[str, str], now: str) -> tuple[str, str]:
    """The next window of a window of local times, as local times with their offset."""
    start, end = (at(zone, each).astimezone(UTC) for each in window)
    found = next_window((start, end), ZoneInfo(zone), at(zone, now))
    shown = [each.astimezone(ZoneInfo(zone)).isoformat(timespec="minutes") for each in found]
    return shown[0], shown[1]


def test_a_copy_has_the_same_terms_and_is_a_draft(world):
    promo = publish(world, quantity=7, max_distance_km=Decimal("1.5"))
    draft = duplicate(promo.id)
    assert draft.id != promo.id
    assert state_of(draft.id) == "draft"
    window = {"start_time": draft.start_time, "end_time": draft.end_time}
    assert Terms.of(draft) == Terms.of(promo).changed(window)


@pytest.mark.parametrize("state", ["draft", "running", "paused", "ended", "cancelled"])
def test_a_promo_in_any_state_can_be_copied(world, clock, state):
    promo = publish(world)
    with transaction():
        match state:
            case "draft":
                lifecycle.change(promo.id, {}, is_active=False)
            case "paused":
                lifecycle.pause(promo.id)
    if state == "cancelled":
        with transaction():
            campaign.cancel(promo.id)
    if state == "ended":
        clock.advance(hours=3)
    assert state_of(promo.id) == state
    assert state_of(duplicate(promo.id).id) == "draft"
    assert state_of(promo.id) == state


def test_a_window_to_come_is_kept(world):
    start = world.now + timedelta(hours=1)
    promo = publish(world, start_time=start, end_time=start + timedelta(hours=1))
    draft = duplicate(promo.id)
    assert (draft.start_time, draft.end_time) == (promo.start_time, promo.end_time)


def test_a_window_that_has_begun_moves_to_the_next_day(world, clock):
    promo = activate(world)
    draft = duplicate(promo.id)
    assert draft.start_time == promo.start_time + timedelta(days=1)
    clock.advance(days=9, hours=1)
    draft = duplicate(promo.id)
    assert draft.start_time == promo.start_time + timedelta(days=10)
    assert draft.end_time == promo.end_time + timedelta(days=10)


def test_what_is_said_replaces_what_was(world):
    promo = activate(world)
    start = promo.end_time + timedelta(days=5)
    draft = duplicate(promo.id, start_time=start, promo_price=Decimal("1.00"))
    assert (draft.start_time, draft.end_time) == (start, start + timedelta(hours=2))
    assert draft.promo_price == Decimal("1.00")
    with pytest.raises(InvalidFields, match="end_time"):
        duplicate(promo.id, end_time=promo.start_time)


def test_what_is_gone_is_named(world):
    promo = activate(world)
    with pytest.raises(InvalidFields, match="segment_ids"):
        duplicate(promo.id, segment_ids=(999,))
    with transaction():
        campaign.delete(promo.id)
    with pytest.raises(NotFound):
        duplicate(promo.id)


MEXICO, BERLIN, SYDNEY, SANTIAGO = (
    "America/Mexico_City",
    "Europe/Berlin",
    "Australia/Sydney",
    "America/Santiago",
)


@pytest.mark.parametrize(
    ("zone", "window", "now", "expected"),
    [
        pytest.param(
            MEXICO,
            ("2026-05-01T17:00", "2026-05-01T19:00"),
            "2026-05-01T16:59",
            ("2026-05-01T17:00-06:00", "2026-05-01T19:00-06:00"),
            id="to come",
        ),
        pytest.param(
            MEXICO,
            ("2026-05-01T17:00", "2026-05-01T19:00"),
            "2026-05-20T16:59",
            ("2026-05-20T17:00-06:00", "2026-05-20T19:00-06:00"),
            id="later today",
        ),
        pytest.param(
            MEXICO,
            ("2026-05-01T17:00", "2026-05-01T19:00"),
            "2026-05-20T17:00",
            ("2026-05-21T17:00-06:00", "2026-05-21T19:00-06:00"),
            id="at the minute",
        ),
        pytest.param(
            BERLIN,
            ("2026-03-28T17:00", "2026-03-28T19:00"),
            "2026-03-28T18:00",
            ("2026-03-29T17:00+02:00", "2026-03-29T19:00+02:00"),
            id="spring in the north",
        ),
        pytest.param(
            BERLIN,
            ("2026-10-24T17:00", "2026-10-24T19:00"),
            "2026-10-24T18:00",
            ("2026-10-25T17:00+01:00", "2026-10-25T19:00+01:00"),
            id="autumn in the north",
        ),
        pytest.param(
            SYDNEY,
            ("2026-10-03T17:00", "2026-10-03T19:00"),
            "2026-10-03T18:00",
            ("2026-10-04T17:00+11:00", "2026-10-04T19:00+11:00"),
            id="spring in the south",
        ),
        pytest.param(
            SYDNEY,
            ("2026-04-04T17:00", "2026-04-04T19:00"),
            "2026-04-04T18:00",
            ("2026-04-05T17:00+10:00", "2026-04-05T19:00+10:00"),
            id="autumn in the south",
        ),
        pytest.param(
            BERLIN,
            ("2026-03-28T22:00", "2026-03-29T06:00"),
            "2026-03-28T23:00",
            ("2026-03-29T22:00+02:00", "2026-03-30T06:00+02:00"),
            id="over night",
        ),
        pytest.param(
            BERLIN,
            ("2026-03-28T02:30", "2026-03-28T04:00"),
            "2026-03-28T05:00",
            ("2026-03-29T03:00+02:00", "2026-03-29T04:00+02:00"),
            id="begins in the skipped hour",
        ),
        pytest.param(
            BERLIN,
            ("2026-03-28T02:15", "2026-03-28T02:45"),
            "2026-03-28T05:00",
            ("2026-03-29T03:00+02:00", "2026-03-29T03:30+02:00"),
            id="nothing would be left",
        ),
        pytest.param(
            SANTIAGO,
            ("2026-09-05T00:15", "2026-09-05T03:00"),
            "2026-09-05T04:00",
            ("2026-09-06T01:00-03:00", "2026-09-06T03:00-03:00"),
            id="midnight is skipped",
        ),
        pytest.param(
            BERLIN,
            ("2026-10-24T02:30", "2026-10-24T04:00"),
            "2026-10-24T05:00",
            ("2026-10-25T02:30+02:00", "2026-10-25T04:00+01:00"),
            id="begins in the hour that comes twice",
        ),
    ],
)
def test_the_next_window(zone, window, now, expected):
    assert moved(zone, window, now) == expected


def test_a_window_within_the_second_of_two_equal_hours_keeps_its_length():
    zone = ZoneInfo(BERLIN)
    start = at(BERLIN, "2026-10-25T02:45").astimezone(UTC)
    end = at(BERLIN, "2026-10-25T02:15", fold=1).astimezone(UTC)
    found = next_window((start, end), zone, end)
    assert found == (start + timedelta(days=1, hours=1), end + timedelta(days=1, hours=1))

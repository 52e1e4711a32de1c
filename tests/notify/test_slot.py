"""The slot of the day: one notification a client and local day, wherever the client is or goes."""

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, select, update

from flashpromo.audience import clients
from flashpromo.audience.models import Client
from flashpromo.db import app_now, session, transaction
from flashpromo.notify import fan_out
from flashpromo.notify.models import Notification
from flashpromo.promos.models import Promo
from tests.audience.stage import stage, stop_the_clock
from tests.story import activate, publish

ZONES = (
    "America/Mexico_City",
    "Pacific/Kiritimati",
    "Pacific/Pago_Pago",
    "Asia/Kathmandu",
    "America/New_York",
    "Africa/Cairo",
)
# On these days clocks change: at two in the morning, and at midnight itself.
CHANGES = {
    "spring in New York": ("America/New_York", date(2026, 3, 8), 23),
    "autumn in New York": ("America/New_York", date(2026, 11, 1), 25),
    "spring in Cairo": ("Africa/Cairo", date(2026, 4, 24), 23),
    "autumn in Cairo": ("Africa/Cairo", date(2026, 10, 29), 25),
}


def hourly(first: datetime, hours: int) -> Iterator[datetime]:
    return (first + timedelta(hours=hour) for hour in range(hours))


def told_days() -> list[date]:
    return list(session().scalars(select(Notification.local_day).order_by(Notification.created_at)))


def tell(promo: Promo, now: datetime) -> int:
    """Run a wave of this promo at `now`, whatever its window says; how many it told."""
    before = len(told_days())
    fan_out.fan_out([promo.id], now, [])
    return len(told_days()) - before


@pytest.fixture
def promo(world) -> Promo:
    """A promo that reaches Alice at any time in these stories, and nobody else."""
    promo = publish(world)
    with transaction():
        session().execute(delete(Client).where(Client.id != world.alice))
        session().execute(update(Client).values(located_at=datetime(2035, 1, 1, tzinfo=UTC)))
    return promo


def live_in(world, zone: str | None) -> None:
    """Alice has always lived there."""
    session().execute(
        update(Client)
        .where(Client.id == world.alice)
        .values(time_zone=zone, next_time_zone=None, next_time_zone_from=None)
    )


@pytest.mark.parametrize("zone", ZONES)
def test_hourly_waves_tell_a_client_once_on_each_of_its_days(world, promo, zone):
    first = datetime(2026, 6, 1, 0, 30, tzinfo=UTC)
    with stage():
        live_in(world, zone)
        for now in hourly(first, 72):
            tell(promo, now)
        days = {now.astimezone(ZoneInfo(zone)).date() for now in hourly(first, 72)}
        assert told_days() == sorted(days)


@pytest.mark.parametrize(("zone", "day", "hours"), CHANGES.values(), ids=CHANGES)
def test_a_day_on_which_clocks_change_is_one_day(world, promo, zone, day, hours):
    midnight = datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(zone)).astimezone(UTC)
    with stage():
        live_in(world, zone)
        assert sum(tell(promo, now) for now in hourly(midnight, hours)) == 1
        assert tell(promo, midnight + timedelta(hours=hours)) == 1
        assert told_days() == [day, day + timedelta(days=1)]


def test_a_client_without_a_zone_lives_in_the_marketplaces(app, world, promo, monkeypatch):
    elsewhere = app.extensions["flashpromo_settings"].model_copy(
        update={"marketplace_time_zone": "Asia/Kathmandu"}
    )
    monkeypatch.setitem(app.extensions, "flashpromo_settings", elsewhere)
    before_midnight = datetime(2026, 6, 1, 18, 14, tzinfo=UTC)  # Kathmandu is 5:45 ahead
    with stage():
        live_in(world, None)
        assert tell(promo, before_midnight) == 1
        assert tell(promo, before_midnight + timedelta(minutes=1)) == 1
        assert told_days() == [date(2026, 6, 1), date(2026, 6, 2)]


@pytest.mark.parametrize("there", ZONES[1:])
def test_moving_opens_no_second_slot_on_the_same_day(world, promo, there):
    evening = datetime(2026, 6, 2, 4, 30, tzinfo=UTC)  # half past ten on the 1st in Mexico City
    midnight = datetime(2026, 6, 2, 6, tzinfo=UTC)
    with stage(evening):
        assert tell(promo, evening) == 1
        clients.change(world.alice, {"time_zone": there})
        assert [tell(promo, now) for now in hourly(evening, 2)] == [0, 0]
        assert tell(promo, midnight - timedelta(microseconds=1)) == 0


def test_the_new_zone_counts_from_the_end_of_the_old_ones_day(world, promo):
    evening = datetime(2026, 6, 2, 4, 30, tzinfo=UTC)
    with stage(evening):
        assert tell(promo, evening) == 1
        clients.change(world.alice, {"time_zone": "Asia/Kathmandu"})
        # Midnight in Mexico City is a quarter to noon of the 2nd in Kathmandu.
        assert tell(promo, datetime(2026, 6, 2, 6, tzinfo=UTC)) == 1
        assert tell(promo, datetime(2026, 6, 2, 18, 14, tzinfo=UTC)) == 0
        assert tell(promo, datetime(2026, 6, 2, 18, 15, tzinfo=UTC)) == 1
        assert told_days() == [date(2026, 6, day) for day in (1, 2, 3)]


def test_giving_up_ones_own_zone_waits_for_the_end_of_its_day(world, promo):
    with stage(datetime(2026, 6, 1, 9, 30, tzinfo=UTC)):
        live_in(world, "Asia/Kathmandu")
        assert tell(promo, app_now()) == 1
        clients.change(world.alice, {"time_zone": None})
        # In Kathmandu the 1st ends at 18:15 UTC; by the marketplace's clock, UTC, it goes on then.
        told = [now for now in hourly(app_now(), 24) if tell(promo, now)]
        assert told == [datetime(2026, 6, 2, 0, 30, tzinfo=UTC)]


def test_moving_west_repeats_no_day_that_was_used(world, promo):
    with stage(datetime(2026, 6, 1, 9, 30, tzinfo=UTC)):
        live_in(world, "Asia/Kathmandu")
        assert tell(promo, app_now()) == 1
        clients.change(world.alice, {"time_zone": "America/Mexico_City"})
        # In Kathmandu the 1st ends at 18:15 UTC; in Mexico City it goes on for another 11:45 hours.
        told = [now for now in hourly(app_now(), 24) if tell(promo, now)]
        assert told == [datetime(2026, 6, 2, 6, 30, tzinfo=UTC)]


STEPS = st.tuples(st.integers(0, 30 * 60), st.none() | st.sampled_from(ZONES))


def test_no_journey_brings_two_notifications_on_one_local_day(world, promo):
    """A random traveller sets zones and hears of promos; a model in Python travels along."""

    @settings(max_examples=15, derandomize=True, deadline=None, database=None)
    @given(st.sampled_from(ZONES), st.lists(STEPS, min_size=10, max_size=20))
    def travel(home, steps):
        with stage():
            live_in(world, home)
            traveller = Traveller(home)
            now = datetime(2026, 6, 1, tzinfo=UTC)
            for minutes, wish in steps:
                now += timedelta(minutes=minutes)
                stop_the_clock(now)
                if wish is not None:
                    clients.change(world.alice, {"time_zone": wish})
                    traveller.wish(wish, now)
                assert tell(promo, now) == traveller.hear(now)
            assert told_days() == traveller.heard_on
            assert max(Counter(traveller.heard_on).values(), default=1) == 1

    travel()


class Traveller:
    """Who has set a zone lives in the old one until the day there is over."""

    def __init__(self, zone: str) -> None:
        self.zone, self.wished, self.wished_on = zone, zone, date.min
        self.heard_on: list[date] = []

    def day(self, now: datetime) -> date:
        today = now.astimezone(ZoneInfo(self.zone)).date()
        if self.wished != self.zone and today > self.wished_on:
            self.zone = self.wished
            today = now.astimezone(ZoneInfo(self.zone)).date()
        return today

    def wish(self, zone: str, now: datetime) -> None:
        self.wished_on, self.wished = self.day(now), zone

    def hear(self, now: datetime) -> int:
        today = self.day(now)
        if today in self.heard_on:
            return 0
        self.heard_on.append(today)
        return 1


def test_four_days_of_promos_tell_alice_once_a_day(world, clock):
    moments = []
    for _ in range(20):
        promo = activate(world, end_time=app_now() + timedelta(hours=1))
        moments.append(promo.start_time)
        clock.advance(hours=5)
    zone = ZoneInfo("America/Mexico_City")
    assert told_days() == sorted({moment.astimezone(zone).date() for moment in moments})

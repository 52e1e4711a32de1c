"""Nobody is rung in its quiet hours: what is for then waits for their end, or is skipped."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import column, func, select, true
from sqlalchemy.dialects.postgresql import TIMESTAMP

from flashpromo import jobs
from flashpromo.audience import clients
from flashpromo.audience.models import Client
from flashpromo.cli import rounds
from flashpromo.db import app_now, session, transaction
from flashpromo.notify import delivery, inbox
from flashpromo.notify.models import Delivery
from flashpromo.notify.quiet import quiet_until
from flashpromo.promos import queries
from flashpromo.queueing.names import DELIVERY
from tests.notify.channels import fails
from tests.story import activate, broken_promises, complete, rung, statements, take

HERE = ZoneInfo("America/Mexico_City")
NIGHT = {"quiet_from": time(22), "quiet_until": time(7)}


def plain_quiet_until(zone: str, hours: tuple[time, time], now: datetime) -> datetime | None:
    """The rule once more, with nothing of the service in it."""
    local = now.astimezone(ZoneInfo(zone))
    begin, end = hours
    clock, day = local.time(), local.date()
    if begin < end:
        quiet = begin <= clock < end
    else:
        quiet = clock >= begin or clock < end
        day += timedelta(days=clock >= begin)
    both = (datetime.combine(day, end, ZoneInfo(zone)).replace(fold=fold) for fold in (0, 1))
    return max(each.astimezone(UTC) for each in both) if quiet else None


CHANGES = {
    "Europe/Berlin": ["2026-03-29", "2026-10-25"],
    "America/New_York": ["2026-03-08", "2026-11-01"],
    "Australia/Lord_Howe": ["2026-10-04", "2026-04-05"],
    "America/Havana": ["2026-03-08", "2026-11-01"],  # at midnight
    "Asia/Kathmandu": ["2026-03-29"],
}
HOURS = ["22:00-07:00", "00:30-01:30", "02:15-02:45", "02:30-00:15", "23:59-00:00", "01:00-02:30"]


@pytest.mark.parametrize("zone", CHANGES)
def test_the_end_is_right_on_days_when_the_clock_changes(world, zone):
    sleepers = {}
    with transaction():
        for written in HOURS:
            begin, end = map(time.fromisoformat, written.split("-"))
            values = {"time_zone": zone, "quiet_from": begin, "quiet_until": end}
            sleepers[world.add_client(written, **values)] = begin, end
    for day in CHANGES[zone]:
        start = datetime.fromisoformat(f"{day}T00:00+00:00") - timedelta(hours=24)
        moments = [start + timedelta(minutes=minutes) for minutes in range(0, 60 * 60, 7)]
        for sleeper, hours in sleepers.items():
            found = ends(sleeper, moments)
            assert found == {now: plain_quiet_until(zone, hours, now) for now in moments}
            assert all(end > now for now, end in found.items() if end is not None)


def ends(client_id: int, moments: list[datetime]) -> dict[datetime, datetime | None]:
    """The end of the quiet hours at each of the moments, by one statement."""
    given = column("now", TIMESTAMP(timezone=True))
    asked = func.unnest(moments).table_valued(given, name="asked").render_derived()
    query = select(asked.c.now, quiet_until(Client, asked.c.now)).select_from(Client)
    rows = session().execute(query.join(asked, true()).where(Client.id == client_id))
    return {moment.astimezone(UTC): end for moment, end in rows}


@pytest.fixture
def alice(world) -> int:
    """She sleeps from ten to seven."""
    with transaction():
        clients.change(world.alice, NIGHT)
    return world.alice


@pytest.fixture
def evening(world, clock) -> datetime:
    """It is 23:00 in Mexico City, and all fixes are fresh."""
    local = app_now().astimezone(HERE)
    tonight = local.replace(hour=23, minute=0, second=0, microsecond=0) + timedelta(days=1)
    clock.advance(seconds=(tonight - local).total_seconds())
    return tonight.astimezone(UTC)


def row(client_id: int) -> Delivery:
    query = select(Delivery).where(Delivery.client_id == client_id)
    return session().scalars(query.execution_options(populate_existing=True)).one()


def until(clock, moment: datetime) -> None:
    clock.advance(seconds=(moment - app_now()).total_seconds())


def told(world, evening: datetime, hours: float):
    """A promo that runs now, and ends so many hours after that evening."""
    return activate(world, end_time=evening + timedelta(hours=hours))


def test_a_sleeper_is_rung_when_it_wakes_up(world, alice, evening, post, clock):
    promo = told(world, evening, hours=10)
    jobs.deliver(promo.id)
    assert post.sent == []
    waits = row(alice)
    assert (waits.state, waits.attempts, waits.lease_token) == ("pending", 0, None)
    assert (waits.reason, waits.next_attempt_at) == ("quiet_hours", evening + timedelta(hours=8))
    until(clock, evening + timedelta(hours=7, minutes=59))
    jobs.deliver(promo.id)
    assert post.sent == []
    until(clock, evening + timedelta(hours=8))
    jobs.deliver(promo.id)
    assert [message.client_id for message in post.sent] == [alice]
    assert (row(alice).state, row(alice).attempts, row(alice).reason) == ("sent", 1, None)
    assert broken_promises() == set()


def test_the_message_lies_in_the_inbox_meanwhile(world, alice, evening, post):
    promo = told(world, evening, hours=10)
    jobs.deliver(promo.id)
    assert [each.promo_id for each in inbox.page(alice, limit=1, offset=0)] == [promo.id]


def test_who_is_awake_is_rung_at_once(world, alice, evening, post):
    with transaction():
        awake = world.add_client("awake", metres=50, located_at=app_now())
    jobs.deliver(told(world, evening, hours=10).id)
    assert [message.client_id for message in post.sent] == [awake]


@pytest.mark.parametrize("hours", [2, 8])
def test_what_would_be_over_by_then_is_skipped_at_once(world, alice, evening, post, hours):
    jobs.deliver(told(world, evening, hours=hours).id)
    skipped = row(alice)
    assert (skipped.state, skipped.reason, skipped.attempts) == ("skipped", "quiet_hours", 0)
    assert skipped.finished_at is not None
    assert post.sent == []
    assert broken_promises() == set()


def test_a_promo_that_goes_on_a_second_longer_is_told(world, alice, evening, post, clock):
    promo = told(world, evening, hours=8 + 1 / 3600)
    jobs.deliver(promo.id)
    assert row(alice).state == "pending"


def test_a_whole_batch_of_sleepers_does_not_end_the_work(
    world, alice, evening, post, clock, with_settings
):
    """Sleepers come first, two to a batch; the one who is awake is reached all the same."""
    with_settings(delivery_batch_size=2)
    with transaction():
        for number in range(4):
            world.add_client(f"sleeper {number}", located_at=app_now(), **NIGHT)
        awake = world.add_client("awake", located_at=app_now())
    jobs.deliver(told(world, evening, hours=10).id)
    assert [message.client_id for message in post.sent] == [awake]


def test_sleepers_cost_no_query_each(world, alice, evening, post):
    with transaction():
        for number in range(20):
            world.add_client(f"sleeper {number}", located_at=app_now(), **NIGHT)
    promo = told(world, evening, hours=10)
    with statements() as sent:
        jobs.deliver(promo.id)
    assert len([each for each in sent if "delivery" in each]) == 3  # pick, put off, pick again


def test_the_sweep_wakes_what_was_put_off(world, alice, evening, post, clock, redis):
    promo = told(world, evening, hours=10)
    jobs.deliver(promo.id)
    assert delivery.waiting(app_now()) == []
    until(clock, evening + timedelta(hours=8))
    assert delivery.waiting(app_now()) == [(promo.id, evening + timedelta(hours=8))]
    redis.flushdb()
    rounds.sweep_deliveries()
    assert ("deliver", promo.id) in rung(redis, DELIVERY)


def test_a_promo_that_is_sold_out_by_then_rings_nobody(world, alice, evening, post, clock):
    promo = told(world, evening, hours=10)
    jobs.deliver(promo.id)
    complete(take(world.carol, promo.id))
    until(clock, evening + timedelta(hours=8))
    jobs.deliver(promo.id)
    assert (row(alice).state, row(alice).reason) == ("skipped", "promo_sold_out")


def test_one_that_sells_out_at_night_keeps_nothing_for_the_morning(world, alice, evening, post):
    promo = told(world, evening, hours=10)
    jobs.deliver(promo.id)
    complete(take(world.carol, promo.id))
    jobs.deliver(promo.id)
    assert (row(alice).state, row(alice).reason) == ("skipped", "promo_sold_out")
    assert broken_promises() == set()


def test_who_opts_out_at_night_is_not_rung_in_the_morning(world, alice, evening, post, clock):
    promo = told(world, evening, hours=10)
    jobs.deliver(promo.id)
    with transaction():
        clients.change(alice, {"opted_in": False})
    until(clock, evening + timedelta(hours=8))
    jobs.deliver(promo.id)
    assert post.sent == []
    assert (row(alice).state, row(alice).reason, row(alice).attempts) == ("skipped", "opted_out", 0)
    assert broken_promises() == set()


def test_a_retry_does_not_fall_into_the_night(world, alice, evening, post, clock):
    """It fails a second before ten, and would be tried again two seconds later."""
    until(clock, evening + timedelta(hours=22, minutes=59, seconds=58))
    promo = told(world, evening, hours=35)
    post.answer = fails()
    jobs.deliver(promo.id)
    assert row(alice).attempts == 1
    clock.advance(seconds=3)
    jobs.deliver(promo.id)
    assert len(post.sent) == 1
    assert (row(alice).attempts, row(alice).reason) == (1, "quiet_hours")
    assert row(alice).next_attempt_at == evening + timedelta(hours=24 + 8)


def test_without_a_zone_the_marketplaces_counts(world, evening, post, with_settings):
    with_settings(marketplace_time_zone="America/Mexico_City")
    with transaction():
        world.add_client("guest", time_zone=None, located_at=app_now(), **NIGHT)
    jobs.deliver(told(world, evening, hours=10).id)
    assert row(world.guest).reason == "quiet_hours"


def test_a_lease_that_ran_out_at_night_waits_for_the_morning(world, alice, evening, post, clock):
    until(clock, evening + timedelta(hours=22, minutes=59, seconds=45))
    promo = told(world, evening, hours=35)
    with transaction():
        delivery.claim(queries.any_promo(promo.id), "log")
    clock.advance(seconds=30)
    jobs.deliver(promo.id)
    assert post.sent == []
    assert (row(alice).lease_token, row(alice).attempts) == (None, 1)


def test_a_client_that_is_gone_is_not_rung(world, alice, post):
    promo = activate(world)
    with transaction():
        clients.remove(alice)
    jobs.deliver(promo.id)
    assert (row(alice).state, row(alice).reason) == ("skipped", "client_gone")
    assert post.sent == []

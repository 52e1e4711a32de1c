"""Whether all is well is told by the promises: each trouble is planted, and told as what it is."""

from datetime import timedelta

import pytest
from sqlalchemy import text

from flashpromo.cli import rounds
from flashpromo.cli.lanes import Round
from flashpromo.db import app_now, session, transaction
from flashpromo.operations import health, traces
from flashpromo.operations.signs import Verdict
from flashpromo.promos import lifecycle
from flashpromo.queueing import timetable
from flashpromo.queueing.names import ACTIVATE, QUEUES
from tests.operations.conftest import sign_in_workers
from tests.story import activate, publish


def look() -> health.Health:
    return health.look(app_now())


def leave(**told) -> None:
    with transaction():
        usual = Round("sweep", 1, lambda: None).account.told(1)
        traces.leave("one", app_now(), 60, {"sweep": usual | told})


@pytest.fixture
def well(world, redis, engine):
    """A town where nothing is wrong."""
    rounds.make_partitions()
    leave()
    sign_in_workers(redis)


def test_all_is_well(well):
    assert look().verdict is Verdict.GOOD


def test_without_a_scheduler_promos_start_late(world, redis, clock):
    assert look().schedulers.verdict is Verdict.BAD
    leave()
    assert look().schedulers.verdict is Verdict.GOOD
    clock.advance(seconds=traces.SILENT_SECONDS + 1)
    assert look().schedulers.verdict is Verdict.BAD


@pytest.mark.parametrize("told", [{"error": "OperationalError"}, {"ago": 30.0}])
def test_a_scheduler_whose_rounds_fail_or_lag_is_to_be_looked_at(well, told):
    leave(**told)
    assert look().schedulers.verdict is Verdict.LOOK


def test_a_promo_that_should_run_and_does_not(well, world, clock):
    publish(world)
    assert look().starts.verdict is Verdict.GOOD
    clock.advance(seconds=7)
    assert look().starts.verdict is Verdict.LOOK
    clock.advance(seconds=7)
    starts = look().starts
    assert starts.verdict is Verdict.BAD
    assert starts.longest_due_seconds == pytest.approx(14, abs=2)
    rounds.sweep_activations()
    starts = look().starts
    assert (starts.due, starts.verdict) == ([], Verdict.LOOK)
    assert starts.activations.last_late_seconds == pytest.approx(14, abs=2)


def test_one_that_was_published_after_its_start_is_not_late(well, world, clock):
    start = app_now() - timedelta(minutes=30)
    activate(world, start_time=start, end_time=start + timedelta(hours=2))
    assert look().starts.activations.last_late_seconds < 5


def test_deliveries_that_wait_for_more_than_a_minute(well, world, clock):
    activate(world)
    assert look().deliveries.verdict is Verdict.GOOD
    clock.advance(seconds=40)
    assert look().deliveries.verdict is Verdict.LOOK
    clock.advance(seconds=40)
    told = look().deliveries
    assert told.verdict is Verdict.BAD
    assert {(each.channel, each.count, each.is_more) for each in told.waiting} == {
        ("log", 1, False)
    }


def test_what_waits_because_of_a_pause_is_no_trouble(well, world, clock):
    promo = activate(world)
    with transaction():
        lifecycle.pause(promo.id)
    clock.advance(minutes=5)
    assert look().deliveries.waiting == []


def test_what_waits_for_a_channel_that_nobody_serves(well, world):
    activate(world)
    with transaction():
        session().execute(text("UPDATE delivery SET channel = 'pigeon'"))
    told = look().deliveries
    assert (told.unserved, told.verdict) == (["pigeon"], Verdict.LOOK)


@pytest.mark.parametrize(("left", "verdict"), [(7, "good"), (6, "look"), (1, "bad"), (-9, "bad")])
def test_the_weeks_ahead(well, clock, left, verdict):
    clock.advance(days=look().partitions.days_ahead - left)
    told = look().partitions
    assert (told.days_ahead, told.verdict) == (left, verdict)


def test_a_bell_that_is_missing_and_one_that_rings_for_nothing(well, world, redis):
    start = app_now() + timedelta(hours=1)
    promo = publish(world, start_time=start, end_time=start + timedelta(hours=1))
    assert look().queues.verdict is Verdict.GOOD
    timetable.cancel_now(ACTIVATE, promo.id)
    timetable.schedule_now(start, ACTIVATE, 4711)
    told = look().queues
    assert told.verdict is Verdict.LOOK
    assert {(each.job, each.step.value) for each in told.tally.bells_out_of_step()} == {
        (f"activate-{promo.id}", "missing"),
        ("activate-4711", "orphan"),
    }


def test_a_queue_that_no_worker_serves(well, redis):
    redis.delete("rq:workers")
    told = look().queues
    assert told.tally.unserved(told.now) == list(QUEUES)
    assert told.verdict is Verdict.LOOK


def test_without_redis_everything_else_is_told(world, no_redis):
    told = look()
    assert (told.queues.tally, told.redis.answered_ms) == (None, None)
    assert told.redis.verdict is Verdict.LOOK
    assert told.starts.verdict is Verdict.GOOD

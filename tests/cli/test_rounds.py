"""What the scheduler does in each round, and how it bears a round that fails."""

import logging
import signal
import threading
import time
from datetime import timedelta

import pytest
from sqlalchemy import func, select, text

from flashpromo import config
from flashpromo.accounts import tokens
from flashpromo.accounts.models import AuthToken, SignIn, User
from flashpromo.cli import lanes, retention, rounds
from flashpromo.cli.lanes import Lane, Round
from flashpromo.db import app_now, session, transaction
from flashpromo.idempotency import answers
from flashpromo.notify import partitions
from flashpromo.operations.traces import Found
from flashpromo.promos import lifecycle
from flashpromo.queueing.job import queue
from flashpromo.queueing.names import ACTIVATION, DELIVERY
from flashpromo.queueing.timetable import FRESH, timetable
from tests.own_redis import BREAKER_SECONDS, OwnRedis, running_app
from tests.story import activate, publish, statements
from tests.world import World

ACTIVATED = "SELECT count(*) FROM promo_run WHERE activated_at IS NOT NULL"
SENT = "SELECT count(*) FROM delivery WHERE state = 'sent'"
ANSWERS = "SELECT count(*) FROM kept_answer"
DRAFTS = "SELECT count(*) FROM promo WHERE NOT published"


@pytest.fixture
def ask(engine):
    def count(statement: str) -> int:
        with engine.connect() as connection:
            return connection.execute(text(statement)).scalar_one()

    return count


def test_the_sweep_rings_for_what_is_due_and_leaves_it_to_the_queue(world, redis, ask):
    publish(world)
    redis.flushdb()
    rounds.sweep_activations()
    rounds.sweep_activations()
    assert len(queue(ACTIVATION, redis)) == 1
    assert ask(ACTIVATED) == 0


def test_past_its_patience_the_sweep_activates_and_delivers(world, clock, ask):
    publish(world)
    clock.advance(seconds=4)
    rounds.sweep_activations()
    assert ask(ACTIVATED) == 1
    rounds.sweep_deliveries()
    assert ask(SENT) == 0
    clock.advance(seconds=4)
    rounds.sweep_deliveries()
    assert ask(SENT) == 1


def test_without_redis_the_sweep_has_no_patience(world, settings, tmp_path, ask):
    with running_app(OwnRedis(tmp_path), settings):
        publish(world)
        rounds.sweep_activations()
        rounds.sweep_deliveries()
    assert ask(ACTIVATED) == 1
    assert ask(SENT) == 1


def test_nobody_is_woken_for_the_deliveries_of_a_paused_promo(world, clock, redis, ask):
    promo = activate(world)
    with transaction():
        lifecycle.pause(promo.id)
    redis.flushdb()
    clock.advance(seconds=60)
    rounds.sweep_deliveries()
    assert len(queue(DELIVERY, redis)) == 0
    with transaction():
        lifecycle.resume(promo.id)
    rounds.sweep_deliveries()
    assert ask(SENT) == 1


def test_the_deliveries_of_a_paused_promo_are_settled_at_its_end(world, clock, ask):
    promo = activate(world)
    with transaction():
        lifecycle.pause(promo.id)
    clock.advance(hours=3)
    rounds.sweep_deliveries()
    assert ask("SELECT count(*) FROM delivery WHERE reason = 'promo_ended'") == 1


def test_what_is_over_is_withdrawn(world, clock, ask):
    publish(world)
    rounds.sweep_finished()
    assert ask(DRAFTS) == 0
    clock.advance(hours=3)
    rounds.sweep_finished()
    assert ask(DRAFTS) == 1


def test_weeks_are_made_ahead(world, clock, ask):
    rounds.make_partitions()
    weeks = "SELECT count(*) FROM pg_inherits WHERE inhparent = 'delivery'::regclass"
    before = ask(weeks)
    clock.advance(days=21)
    rounds.make_partitions()
    assert ask(weeks) == before + 3


def test_the_keeper_builds_the_timetable_and_rings_what_is_due(world, redis):
    start = app_now() + timedelta(hours=1)
    publish(world, start_time=start, end_time=start + timedelta(hours=1))
    table = timetable(redis)
    redis.flushdb()
    keeper = rounds.TimetableKeeper()
    keeper()
    assert redis.zcard(table.scheduled_jobs_key) == 1
    redis.zadd(table.scheduled_jobs_key, {"activate-1": 1})
    keeper()
    assert len(queue(ACTIVATION, redis)) == 1


def test_the_keeper_knows_a_server_that_was_away_between_two_rounds(own_redis):
    """As after a failover: its connection is renewed without a word, and the mark is there."""
    keeper = rounds.TimetableKeeper()
    assert keeper() == Found(0, 0)
    with own_redis.connection as redis:
        redis.save()
    own_redis.stop()
    start = app_now() + timedelta(hours=1)
    publish(World.build(), start_time=start, end_time=start + timedelta(hours=1))
    own_redis.start()
    assert keeper() == Found(1, 0)
    # Others may leave Redis alone for a while yet, and what they write would be missing.
    with own_redis.connection as redis:
        assert BREAKER_SECONDS < redis.ttl(FRESH) <= BREAKER_SECONDS + 2
    assert keeper() == Found(0, 0)


def run_until(app, lane: Lane, done: threading.Event) -> None:
    """Run one lane as the scheduler does, until `done`."""
    stop = threading.Event()
    thread = threading.Thread(target=lanes._run, args=(app, lane, stop))
    thread.start()
    assert done.wait(20)
    stop.set()
    thread.join(20)
    assert not thread.is_alive()


def test_a_round_that_fails_is_told_once_and_comes_again(app, caplog):
    calls = iter([RuntimeError("one"), RuntimeError("two"), None])
    done = threading.Event()

    def fail_twice() -> None:
        if error := next(calls, None):
            raise error
        done.set()

    with caplog.at_level(logging.INFO, logger="flashpromo.cli.lanes"):
        run_until(app, Lane(0, (Round("try", 1, fail_twice),)), done)
    assert [each.getMessage() for each in caplog.records] == [
        "round 'try' fails, and is tried again: one",
        "round 'try' works again",
    ]


def test_each_round_comes_at_its_point_of_the_second_and_rare_ones_rarely(app):
    seen: list[float] = []
    rare: list[float] = []
    done = threading.Event()

    def often() -> None:
        seen.append(time.time() % 1)
        if len(seen) == 3:
            done.set()

    lane = Lane(0.4, (Round("rare", 600, lambda: rare.append(1)), Round("often", 1, often)))
    run_until(app, lane, done)
    assert len(rare) == 1
    # The first comes at once; a busy machine may be late, but nothing is early.
    assert all(each >= 0.39 or each < 0.3 for each in seen[1:])


def test_old_answers_are_forgotten_piece_by_piece(world, clock, monkeypatch, ask):
    monkeypatch.setattr(retention, "ANSWERS_AT_ONCE", 2)
    keys = [f"key {number}" for number in range(5)]
    with transaction():
        for key in keys:
            keep(answers.claim("user:1", key, b""))
    clock.advance(hours=24, seconds=-30)
    with transaction():
        keep(answers.claim("user:1", "young", b""))
    retention.forget_answers()
    assert ask(ANSWERS) == 6
    clock.advance(seconds=31)
    with statements() as sent:
        retention.forget_answers()
    assert ask(ANSWERS) == 1
    assert len([each for each in sent if "DELETE" in each]) == 3


def keep(claimed) -> None:
    answers.keep(claimed, status=200, headers={}, body=b"")


@pytest.fixture
def mask():
    """The lanes block signals for good; here others still want them."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, ())
    yield
    signal.pthread_sigmask(signal.SIG_SETMASK, before)


def test_a_lane_that_ends_by_itself_ends_the_process(app, monkeypatch, mask):
    monkeypatch.setattr(lanes, "LOOK_SECONDS", 0.05)
    monkeypatch.setattr(lanes, "_run", lambda *_: None)
    with pytest.raises(RuntimeError, match="a lane has ended"):
        lanes.run_lanes(app, (Lane(0, (Round("nothing", 1, lambda: None),)),))


def test_tokens_go_a_day_after_their_end(context, clock):
    with transaction():
        user = User(is_operator=True)
        session().add(user)
        session().flush()
        sign_in = SignIn(username="root", password_hash="x", user_id=user.id)
        session().add(sign_in)
        session().flush()
        for hours in (1, 48):
            tokens.issue(sign_in, hours=hours)
    for hours, left in ((24, 2), (2, 1)):
        clock.advance(hours=hours)
        retention.forget_tokens()
        assert session().scalar(select(func.count()).select_from(AuthToken)) == left


def test_weeks_are_kept_unless_it_is_said_for_how_long(app, context, monkeypatch):
    asked = []
    monkeypatch.setattr(partitions, "forget_old", lambda _, days: asked.append(days))
    assert retention.forget_weeks().found == 0
    assert asked == []
    for given, counted in ((1, 30), (400, 400)):
        settings = config.current().model_copy(update={"notification_days": given})
        monkeypatch.setitem(app.extensions, "flashpromo_settings", settings)
        retention.forget_weeks()
        assert asked.pop() == counted

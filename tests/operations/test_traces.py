"""What a scheduler writes down of itself, and what is read of it."""

from datetime import timedelta

import pytest
from sqlalchemy import text

from flashpromo.cli import lanes, retention, rounds
from flashpromo.cli.lanes import Round
from flashpromo.db import app_now, session, transaction
from flashpromo.operations import traces
from flashpromo.operations.traces import SILENT_SECONDS, Found
from tests.story import publish


@pytest.fixture
def leave(context):
    """Leave a trace of one round, as the process of this name."""

    def of(process="one", **told):
        usual = Round("sweep", 1, lambda: None).account.told(1)
        with transaction():
            traces.leave(process, app_now(), 60, {"sweep": usual | told})

    return of


def only() -> traces.Trace:
    (trace,) = traces.of_all(app_now())
    return trace


def test_a_process_keeps_one_row_and_two_do_not_disturb_each_other(leave):
    leave("one", found=1)
    leave("two", found=5)
    leave("one", found=2)
    told = {each.process: each.rounds[0].found for each in traces.of_all(app_now())}
    assert told == {"one": 2, "two": 5}


def test_an_older_trace_never_replaces_a_newer_one(leave):
    leave(found=2)
    with transaction():
        late = Round("sweep", 1, lambda: None).account.told(1)
        traces.leave("one", app_now() - traces.FORGET_AFTER, 1, {"sweep": late})
    assert only().rounds[0].found == 2


def test_who_is_silent_is_gone_and_after_a_day_forgotten(leave, clock):
    leave()
    assert only().is_alive
    clock.advance(seconds=SILENT_SECONDS + 1)
    assert not only().is_alive
    retention.forget_traces()
    assert len(traces.of_all(app_now())) == 1
    clock.advance(days=1)
    retention.forget_traces()
    assert traces.of_all(app_now()) == []


def test_it_tells_how_late_a_round_is_and_which_ones_fail(leave):
    leave(every=1, ago=9.5, error="OperationalError")
    trace = only()
    assert trace.lag_seconds == pytest.approx(8.5)
    assert [each.error for each in trace.failing] == ["OperationalError"]


def test_a_round_keeps_account_of_what_it_found(app):
    results = iter([Found(3, 1), Found(), None, Found(2)])
    round_ = Round("sweep", 1, lambda: next(results))
    for _ in range(4):
        lanes._run_once(app, round_, set())
    told = round_.account.told(1)
    assert (told["found"], told["done"], told["last_found"], told["last_done"]) == (5, 1, 2, 0)
    assert told["ago"] < 5
    assert told["found_ago"] < 5


def test_of_an_error_only_its_kind_is_kept(app):
    def fail():
        raise ValueError("SELECT secret")

    round_ = Round("sweep", 1, fail)
    lanes._run_once(app, round_, set())
    assert round_.account.error == "ValueError"
    round_ = Round("sweep", 1, lambda: None, round_.account)
    lanes._run_once(app, round_, set())
    assert round_.account.error == ""


def test_the_scheduler_tells_of_all_its_rounds_in_one_row(context, redis):
    *work, telling = rounds.lanes()
    telling.rounds[0].action()
    names = {each.name for lane in work for each in lane.rounds}
    assert {each.name for each in only().rounds} == names


def test_the_sweep_tells_what_it_found_and_did(world, redis, clock):
    publish(world)
    assert rounds.sweep_activations() == Found(1, 0)
    clock.advance(seconds=4)
    assert rounds.sweep_activations() == Found(1, 1)
    clock.advance(seconds=4)
    assert rounds.sweep_deliveries() == Found(1, 1)
    assert rounds.sweep_deliveries() == Found(0, 0)
    clock.advance(hours=3)
    assert rounds.sweep_finished() == Found(1, 1)


def test_the_keeper_tells_how_many_bells_it_set_right(world, redis):
    start = app_now() + timedelta(hours=1)
    publish(world, start_time=start, end_time=start + timedelta(hours=1))
    redis.flushdb()
    keeper = rounds.TimetableKeeper()
    assert keeper() == Found(1, 0)
    assert keeper() == Found(0, 0)


def test_the_row_is_rewritten_in_its_page(leave):
    """No index but the key's: an update every few seconds leaves nothing to be tidied up."""
    indexes = "SELECT count(*) FROM pg_indexes WHERE tablename = 'scheduler_trace'"
    assert session().scalar(text(indexes)) == 1

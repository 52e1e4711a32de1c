"""The board over RQ's lists, whatever stands in them; and what is done with failed jobs."""

import base64
import json
import pickle
import time
import zlib
from datetime import UTC, datetime, timedelta

import pytest
from redis import Redis
from sqlalchemy import select

from flashpromo.audit.models import AuditEvent
from flashpromo.db import app_now, session, transaction
from flashpromo.errors import NotFound
from flashpromo.operations import failed, queues
from flashpromo.operations.bells import Step, compare
from flashpromo.operations.failed import ForeignJob, RedisIsAway
from flashpromo.queueing import bell
from flashpromo.queueing.job import KEEP_FAILED_SECONDS, queue
from flashpromo.queueing.jottings import Standing
from flashpromo.queueing.names import ACTIVATE, ACTIVATION, DELIVER, DELIVERY, QUEUES
from tests.operations.conftest import sign_in_workers
from tests.queueing.trap import Lure

TRACEBACK = (
    'Traceback (most recent call last):\n  File "x.py"\nValueError: <script>alert(1)</script>'
)
NOON = datetime(2030, 1, 1, 12, tzinfo=UTC)
FAILED = f"rq:failed:{ACTIVATION}"


def fail(hand, name: str, data: object, *, error: str = TRACEBACK, ago: float = 60) -> str:
    """Write a job and put it among the failed ones, as RQ does."""
    hand.write(name, data)
    note = base64.b64encode(zlib.compress(error.encode()))
    hand.redis.xadd(f"rq:results:{name}", {"type": 2, "exc_string": note})
    hand.redis.zadd(FAILED, {name: time.time() - ago + KEEP_FAILED_SECONDS})
    return name


def look() -> queues.Board:
    board = queues.look(app_now())
    assert board is not None
    return board


def failures() -> dict[str, queues.Failure]:
    return {each.job.shown_id: each for each in look().failures}


def ring(*promo_ids: int) -> None:
    for promo_id in promo_ids:
        assert bell.ring_now(ACTIVATE, promo_id)


def test_it_tells_how_many_wait_and_since_when_the_oldest_does(hand):
    ring(1, 2, 3)
    bell.ring_now(DELIVER, 9)
    activation, delivery, *_ = look().tally.lines
    assert (activation.name, activation.waiting, delivery.waiting) == (ACTIVATION, 3, 1)
    assert activation.oldest.ids == (1,)
    assert app_now() - activation.oldest.at < timedelta(seconds=20)
    assert [each.ids for each in look().jobs[ACTIVATION]["waiting"]] == [(1,), (2,), (3,)]


def test_it_tells_of_workers_and_of_those_that_are_silent(hand, clock):
    sign_in_workers(hand.redis)
    ring(5)
    job_id = queue(ACTIVATION, hand.redis).job_ids[0]
    hand.redis.hset("rq:worker:w-activation", mapping={"state": "busy", "current_job": job_id})
    first, second, *_ = look().tally.workers
    assert (first.name, first.state, first.queues) == ("w-activation", "busy", (ACTIVATION,))
    assert (first.job.name, first.job.ids, second.job) == (ACTIVATE, (5,), None)
    assert not queues.is_silent(first, app_now())
    clock.advance(minutes=1)
    assert look().tally.unserved(app_now()) == list(QUEUES)


def test_a_failed_job_is_told_with_its_promo_its_time_and_its_last_line(hand):
    fail(hand, "one", ["activate", None, [17], {}])
    told = failures()["one"]
    assert (told.job.name, told.job.ids) == (ACTIVATE, (17,))
    assert told.job.last_line == "ValueError: <script>alert(1)</script>"
    assert told.job.error == TRACEBACK
    assert timedelta(seconds=50) < app_now() - told.failed_at < timedelta(seconds=90)


PLANTED = {
    "system": (json.dumps(["os.system", None, ["true"], {}]).encode(), Standing.FOREIGN),
    "method": (json.dumps(["activate", "os", [1], {}]).encode(), Standing.FOREIGN),
    "named": (json.dumps(["activate", None, [], {"x": 1}]).encode(), Standing.FOREIGN),
    "types": (json.dumps(["activate", None, [{"x": 1}], {}]).encode(), Standing.FOREIGN),
    "huge": (json.dumps(["activate", None, [10**30], {}]).encode(), Standing.FOREIGN),
    "bytes": (b"\xff\xfe\x00", Standing.UNREADABLE),
    "number": (b"5", Standing.UNREADABLE),
    "deep": (b"[" * 9000, Standing.UNREADABLE),
    "bomb": (b"[" + b" " * 5_000_000, Standing.UNREADABLE),
}


def test_whatever_is_planted_is_told_as_such_and_never_runs(hand, tmp_path):
    mark = tmp_path / "mark"
    for name, (data, _) in PLANTED.items():
        fail(hand, name, data)
    fail(hand, "pickle", pickle.dumps(Lure(mark)))
    hand.redis.hset("rq:job:long", "data", b"x" * 1_000_000)
    hand.redis.set("rq:job:text", "no hash")
    odd = [b"long", b"text", b"none", b"\xff\xfe", b"", b"a <b>name</b>", b"x" * 10_000]
    hand.redis.zadd(FAILED, dict.fromkeys(odd, float("inf")))
    told = failures()
    for name, (_, standing) in PLANTED.items():
        assert told[name].job.standing is standing, name
    assert told["pickle"].job.standing is Standing.UNREADABLE
    for name, standing in {"long": "unreadable", "text": "unreadable", "none": "lost"}.items():
        assert told[name].job.standing == standing
    assert max(len(name) for name in told) <= 121
    assert not mark.exists()


def test_lists_of_another_kind_and_foreign_queues_break_nothing(hand):
    hand.redis.set("rq:queue:activation", "text")
    hand.redis.set(f"rq:failed:{DELIVERY}", "text")
    hand.redis.set("rq:workers", "text")
    hand.redis.set("rq:scheduler:scheduled_jobs", "text")
    hand.redis.sadd("rq:queues", "rq:queue:<script>", b"rq:queue:\xff")
    board = look()
    assert (board.tally.lines[0].waiting, board.tally.workers, board.tally.bells) == (0, (), ())
    assert set(board.strangers) == {"<script>", "\N{REPLACEMENT CHARACTER}"}


@pytest.mark.parametrize(
    "note",
    [b"", b"!!", base64.b64encode(b"no zlib"), base64.b64encode(zlib.compress(b"x" * 10**7))],
)
def test_an_error_that_cannot_be_read_is_left_out_and_a_long_one_cut(hand, note):
    fail(hand, "one", ["activate", None, [1], {}])
    hand.redis.delete("rq:results:one")
    hand.redis.xadd("rq:results:one", {"type": 2, "exc_string": note})
    assert len(failures()["one"].job.error) <= 100_000


def events() -> list[tuple[str, str | None, dict, dict]]:
    found = session().scalars(select(AuditEvent).order_by(AuditEvent.id))
    return [(each.action, each.subject_id, each.before, each.after) for each in found]


def test_requeueing_puts_a_new_job_in_its_place_and_notes_it(hand):
    fail(hand, "one", ["activate", None, [17], {}])
    hand.redis.hset("rq:job:one", "success_callback_name", "os.system")
    with transaction():
        failed.requeue(ACTIVATION, failures()["one"].job.handle)
    (job,) = queue(ACTIVATION, hand.redis).jobs
    assert (job.func_name, job.args) == ("activate", [17])
    assert not hand.redis.exists("rq:job:one", "rq:results:one")
    assert failures() == {}
    told = {"queue": ACTIVATION, "name": "activate", "ids": [17]}
    assert events() == [("job.requeued", "one", {}, told)]


def test_what_is_not_ours_can_be_removed_and_never_be_run(hand):
    fail(hand, "planted", ["os.system", None, ["true"], {}])
    handle = failures()["planted"].job.handle
    with pytest.raises(ForeignJob), transaction():
        failed.requeue(ACTIVATION, handle)
    with transaction():
        failed.remove(ACTIVATION, handle)
    assert len(queue(ACTIVATION, hand.redis)) == 0
    assert not hand.redis.exists("rq:job:planted")
    (removed,) = events()
    assert (removed[0], removed[1], removed[3]) == ("job.removed", "planted", {})


def test_all_of_ours_are_requeued_and_the_others_stay(hand):
    for number in range(1, 4):
        fail(hand, f"job-{number}", ["activate", None, [number], {}])
    fail(hand, "planted", ["os.system", None, ["true"], {}])
    with transaction():
        assert failed.requeue_all(ACTIVATION) == 3
    with transaction():
        assert failed.requeue_all(ACTIVATION) == 0
    assert sorted(job.args for job in queue(ACTIVATION, hand.redis).jobs) == [[1], [2], [3]]
    assert set(failures()) == {"planted"}
    assert events() == [("job.all_requeued", None, {}, {"queue": ACTIVATION, "count": 3})]


@pytest.mark.parametrize("name", [ACTIVATION, "elsewhere"])
def test_what_is_not_there_any_more_is_not_found(hand, name):
    for step in (failed.find, failed.requeue, failed.remove):
        with pytest.raises(NotFound), transaction():
            step(name, "0" * 32)


def test_without_redis_nothing_is_noted_and_nobody_waits(world, no_redis):
    began = time.monotonic()
    assert queues.look(app_now()) is None
    for step in (failed.requeue, failed.remove):
        with pytest.raises(RedisIsAway), transaction():
            step(ACTIVATION, "0" * 32)
    with pytest.raises(RedisIsAway), transaction():
        failed.requeue_all(ACTIVATION)
    assert time.monotonic() - began < 2
    assert events() == []


def test_with_a_redis_that_hangs_nobody_waits_either(world, own_redis):
    own_redis.hang()
    began = time.monotonic()
    assert queues.look(app_now()) is None
    assert queues.tally(app_now()) is None
    assert time.monotonic() - began < 2
    own_redis.go_on()


def test_a_bell_is_compared_with_its_promo():
    now = NOON
    later = now + timedelta(hours=1)
    present = {
        b"activate-1": later,
        b"activate-2": later + timedelta(minutes=5),
        b"activate-4": later,
        b"\xff": None,
        b"activate-5": now,
    }
    soon = now + timedelta(seconds=1)
    awaiting = [(1, later), (2, later), (3, later), (6, now), (7, soon)]
    told = {each.job: each.step for each in compare(present, awaiting, now)}
    assert told == {
        "activate-1": Step.IN_STEP,
        "activate-2": Step.AT_ANOTHER_TIME,
        "activate-3": Step.MISSING,
        "activate-4": Step.ORPHAN,
        "activate-6": Step.DUE,
        "activate-7": Step.IN_STEP,  # about to ring, or to be put in
        "\N{REPLACEMENT CHARACTER}": Step.ORPHAN,
    }


def test_nothing_is_asked_of_redis_for_an_empty_list(hand, redis: Redis):
    assert (look().failures, look().tally.bells) == ((), ())

"""The timetable: one job for each promo that is still to come, at its next whole second."""

import time
from datetime import UTC, datetime, timedelta, timezone

import pytest

from flashpromo import campaign, jobs
from flashpromo.db import app_now, transaction
from flashpromo.promos import lifecycle
from flashpromo.queueing import timetable
from flashpromo.queueing.job import KEEP_FAILED_SECONDS, AllowListedJob, queue
from flashpromo.queueing.names import ACTIVATE, ACTIVATION
from flashpromo.queueing.timetable import next_whole_second

NOON = datetime(2030, 1, 1, 12, 0, 0, tzinfo=UTC)


@pytest.fixture
def table(context, redis):
    return timetable.timetable(redis)


def entries(table) -> dict[str, float]:
    """What rq-scheduler has, with the jobs to it."""
    found = table.connection.zrange(table.scheduled_jobs_key, 0, -1, withscores=True)
    assert table.connection.keys("rq:job:*") or not found
    return {raw.decode(): score for raw, score in found}


@pytest.mark.parametrize(
    ("start", "rings"),
    [
        (NOON, NOON),
        (NOON + timedelta(microseconds=1), NOON + timedelta(seconds=1)),
        (NOON + timedelta(seconds=0.999999), NOON + timedelta(seconds=1)),
        (NOON.astimezone(timezone(timedelta(hours=-6))), NOON),
        (NOON.astimezone(timezone(timedelta(hours=5, minutes=45))), NOON),
    ],
)
def test_a_bell_is_set_to_the_next_whole_second_in_utc(table, start, rings):
    timetable.schedule_now(start, ACTIVATE, 17)
    assert entries(table) == {"activate-17": rings.timestamp()}
    (job, at), *_ = table.get_jobs(with_times=True)
    assert at == rings.replace(tzinfo=None)
    assert (job.data, job.origin) == (b'["activate", null, [17], {}]', ACTIVATION)


def test_scheduling_again_moves(table):
    for hours in (3, 1, 2):
        timetable.schedule_now(NOON + timedelta(hours=hours), ACTIVATE, 17)
    assert entries(table) == {"activate-17": (NOON + timedelta(hours=2)).timestamp()}


def test_cancelling_leaves_nothing(table):
    timetable.schedule_now(NOON, ACTIVATE, 17)
    timetable.cancel_now(ACTIVATE, 17)
    timetable.cancel_now(ACTIVATE, 18)
    assert table.connection.keys("rq:*") == []


def test_what_is_due_goes_into_the_queue_and_out_of_the_timetable(table, redis):
    timetable.schedule_now(app_now() - timedelta(seconds=1), ACTIVATE, 17)
    timetable.schedule_now(app_now() + timedelta(seconds=60), ACTIVATE, 18)
    assert table.step() == 1
    (job,) = queue(ACTIVATION, redis).jobs
    assert (job.func_name, job.args, job.failure_ttl) == ("activate", [17], KEEP_FAILED_SECONDS)
    assert list(entries(table)) == ["activate-18"]
    assert not redis.exists("rq:job:activate-17")


def test_a_job_is_never_rung_before_its_second(table):
    start = app_now() + timedelta(seconds=1.2)
    timetable.schedule_now(start, ACTIVATE, 17)
    while not table.step():
        time.sleep(0.01)
    assert datetime.now(UTC) >= start


def test_a_bell_that_comes_much_too_early_is_set_anew(promo, table, redis):
    """And stays set when RQ deletes the job that came early."""
    redis.zadd(table.scheduled_jobs_key, {f"activate-{promo.id}": 1})
    table.step()
    (job,) = queue(ACTIVATION, redis).jobs
    job.perform()
    job.delete()
    assert entries(table) == {
        f"activate-{promo.id}": next_whole_second(promo.start_time).timestamp()
    }
    assert AllowListedJob.fetch(f"activate-{promo.id}", redis).check() is jobs.activate


@pytest.mark.parametrize("junk", [b"\xff", b"a name", b"none", b"text", b"shell", b"bytes"])
def test_what_cannot_be_read_is_thrown_out_and_the_rest_rings(hand, table, redis, junk):
    redis.set("rq:job:text", "not a hash")
    hand.write("shell", ["os.system", None, ["true"], {}])
    hand.write("bytes", b"\x80\x04")
    redis.zadd(table.scheduled_jobs_key, {junk: 1})
    timetable.schedule_now(app_now() - timedelta(seconds=1), ACTIVATE, 17)
    assert table.step() == 1
    assert entries(table) == {}
    assert not redis.exists(b"rq:job:" + junk)


def test_a_planted_job_does_not_come_back_by_itself(hand, table, redis):
    for number, meta in enumerate(('{"interval": 1}', '{"cron_string": "* * * * *"}')):
        hand.plant_in_timetable(f"planted-{number}", ["activate", None, [1], {}], meta=meta)
    assert table.step() == 2
    assert entries(table) == {}


def test_no_class_that_redis_names_is_imported(hand, table, redis, tmp_path, monkeypatch):
    monkeypatch.setenv("TRAP", str(tmp_path / "mark"))
    meta = '{"queue_class_name": "tests.queueing.trap.Queue"}'
    hand.plant_in_timetable("planted", ["activate", None, [1], {}], meta=meta)
    assert table.step() == 1
    assert not (tmp_path / "mark").exists()


def test_a_promo_has_its_bell_for_as_long_as_it_is_to_come(promo, table):
    bell = {f"activate-{promo.id}": next_whole_second(promo.start_time).timestamp()}
    assert entries(table) == bell
    with transaction():
        lifecycle.pause(promo.id)
    assert entries(table) == {}
    with transaction():
        lifecycle.resume(promo.id)
    assert entries(table) == bell
    with transaction():
        campaign.cancel(promo.id)
    assert entries(table) == {}


def rebuild(redis, *times) -> None:
    timetable.rebuild(redis, ACTIVATE, lambda: times)


def test_rebuilding_makes_it_equal_to_the_database(hand, table, redis):
    for promo_id in (1, 2, 3):
        timetable.schedule_now(NOON, ACTIVATE, promo_id)
    hand.plant_in_timetable("planted", ["activate", None, [1], {}], when=NOON.timestamp())
    redis.zadd(table.scheduled_jobs_key, {b"\xff": NOON.timestamp()})
    redis.delete("rq:job:activate-3")
    later = NOON + timedelta(hours=1)
    rebuild(redis, (2, later), (3, NOON), (4, NOON))
    assert entries(table) == {
        "activate-2": later.timestamp(),
        "activate-3": NOON.timestamp(),
        "activate-4": NOON.timestamp(),
    }
    assert len(redis.keys("rq:job:*")) == 3


def test_rebuilding_writes_only_what_differs(table, redis):
    rebuild(redis, (1, NOON), (2, NOON))
    redis.hset("rq:job:activate-1", "mark", "untouched")
    rebuild(redis, (1, NOON), (2, NOON))
    assert redis.hget("rq:job:activate-1", "mark") == b"untouched"


def test_what_is_published_while_it_is_rebuilt_is_not_lost(table, redis):
    def read():
        """The database was read just before promo 5 was committed and got its bell."""
        timetable.schedule_now(NOON, ACTIVATE, 5)
        return [(1, NOON)]

    timetable.rebuild(redis, ACTIVATE, read)
    assert set(entries(table)) == {"activate-1", "activate-5"}


def is_fresh(redis) -> bool:
    server, marked = timetable.server_and_freshness(redis)
    assert server == redis.info()["run_id"]
    return marked


def test_it_is_fresh_for_a_minute_and_never_in_an_empty_redis(table, redis):
    assert not is_fresh(redis)
    rebuild(redis)
    assert is_fresh(redis)
    assert 0 < redis.ttl(timetable.FRESH) <= timetable.REBUILD_SECONDS
    redis.flushdb()
    assert not is_fresh(redis)

"""Jobs planted by hand, before a real worker: nothing of theirs runs, and it works on."""

import json
import os
import pickle
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest
from redis import Redis
from rq.registry import FailedJobRegistry

from flashpromo.queueing import bell
from flashpromo.queueing.job import KEEP_FAILED_SECONDS, queue
from flashpromo.queueing.names import ACTIVATE, ACTIVATION
from tests.queueing.trap import Lure
from tests.story import publish

ROOT = Path(__file__).parents[2]


@pytest.fixture
def mark(tmp_path) -> Path:
    """Whatever is executed leaves it."""
    return tmp_path / "mark"


@pytest.fixture
def post_office():
    """Where webhooks would arrive."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.setblocking(False)
        yield server


def burst(mark: Path) -> subprocess.CompletedProcess[str]:
    """A worker as operators start it, until its queue is empty."""
    return subprocess.run(
        [sys.executable, "-m", "flask", "--app", "wsgi", "worker", ACTIVATION, "--burst"],
        cwd=ROOT,
        env=os.environ | {"TRAP": str(mark)},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def plant_everything(hand, mark: Path, url: str) -> list[str]:
    """One job of each kind; those whose failure is worth a line in the list of failed jobs."""
    touch = f"touch {mark}"
    trap = "tests.queueing.trap.spring"
    valid = ["activate", None, [4711], {}]
    failing = ["deliver", None, [4711], {}]
    callbacks = {f"{kind}_callback_name": trap for kind in ("success", "failure", "stopped")}
    webhooks = json.dumps(
        [{"url": url, "job_status": each, "timeout": 1} for each in ("finished", "failed")]
    )
    told = [
        hand.plant("pickle", pickle.dumps(Lure(mark))),
        hand.plant("pickled-instance", pickle.dumps(("system", Lure(mark), [touch], {}))),
        hand.plant("system", ["os.system", None, [touch], {}]),
        hand.plant("function", [trap, None, [], {}]),
        hand.plant("method", ["system", "os", [touch], {}]),
        hand.plant("dunder", ["__init__", {"os": "system"}, [touch], {}]),
        hand.plant("bytes", b"\xff\xfe\x00"),
        hand.plant("types", ["activate", None, [{"$ne": 1}], {}]),
        hand.plant("named", ["activate", None, [], {"promo_id": 1}]),
        hand.plant("failing-callbacks", failing, **callbacks, webhooks=webhooks),
        hand.plant("retried", failing, retries_left="3", retry_intervals="[0]"),
    ]
    hand.plant("callbacks", valid, **callbacks, webhooks=webhooks)
    hand.plant("repeated", valid, repeats_left="9", repeat_intervals="[0]")
    hand.plant("class", valid, meta='{"queue_class_name": "tests.queueing.trap.Queue"}')
    hand.plant("limited", valid, rate_limit_key="x", rate_limit_concurrency="zero")
    hand.plant("no-status", valid, status="")
    hand.plant("bad-status", valid, status="asleep")
    hand.plant("bad-number", valid, timeout="soon", result_ttl="x", ttl="y")
    hand.plant("bad-result", valid, result=pickle.dumps(Lure(mark)))
    hand.plant("bad-meta", valid, meta=pickle.dumps(Lure(mark)))
    hand.plant("followed", valid)
    hand.redis.sadd("rq:job:followed:dependents", "system", "a name")
    hand.redis.set("rq:job:text", "not a hash")
    for name in (b"text", b"none", b"\xff\xfe", b"", b"a name", b"a:b:c", b"x" * 10_000):
        hand.redis.rpush("rq:queue:activation", name)
    hand.redis.rpush("rq:queue:activation:intermediate", b"\xff\xfe", b"none")
    hand.redis.zadd("rq:wip:activation", {b"\xff": 1, b"odd": 1})
    return told


def test_nothing_that_is_planted_runs_and_the_worker_works_on(
    world, hand, outside_rows, mark, post_office, redis: Redis
):
    url = "http://127.0.0.1:{1}/".format(*post_office.getsockname())
    told = plant_everything(hand, mark, url)
    promo = publish(world)
    bell.ring_now(ACTIVATE, promo.id)
    before = time.time()
    ended = burst(mark)
    assert ended.returncode == 0, ended.stderr
    assert not mark.exists(), "something planted was executed"
    with pytest.raises(BlockingIOError):
        post_office.accept()
    assert outside_rows("SELECT count(*) FROM promo_run WHERE activated_at IS NOT NULL") == 1
    assert len(queue(ACTIVATION, redis)) == 0

    failed = dict(redis.zrange("rq:failed:activation", 0, -1, withscores=True))
    failed.pop(b"followed", None)  # done, but RQ cannot tell who follows it
    assert failed.keys() == {name.encode() for name in told}
    for name in told:
        assert 0 < redis.ttl(f"rq:job:{name}") <= KEEP_FAILED_SECONDS
        assert before < failed[name.encode()] - KEEP_FAILED_SECONDS < before + 120
    registry = FailedJobRegistry(queue=queue(ACTIVATION, redis))
    assert set(registry.get_job_ids()) >= set(told)


@pytest.fixture
def outside_rows(engine):
    def ask(statement: str) -> int:
        with engine.connect() as connection:
            return connection.exec_driver_sql(statement).scalar_one()

    return ask

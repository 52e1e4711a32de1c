"""With Redis gone or hung everything still works, and nobody waits for it."""

import os
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from flashpromo.app import create_app
from flashpromo.config import Settings
from flashpromo.db import db
from tests.api.conftest import People
from tests.api.test_promos import PROMOS, terms
from tests.api.test_sign_in import sign_in
from tests.world import World


@pytest.fixture
def own_redis(tmp_path: Path) -> Iterator[tuple[str, subprocess.Popen]]:
    """A Redis of this test alone, for it to stop."""
    socket = tmp_path / "redis.sock"
    quiet = ["--port", "0", "--save", "", "--dir", str(tmp_path), "--unixsocket", str(socket)]
    process = subprocess.Popen(["redis-server", *quiet], stdout=subprocess.DEVNULL)
    while not socket.exists():
        time.sleep(0.01)
    yield f"unix://{socket}?db=0", process
    process.send_signal(signal.SIGCONT)
    process.terminate()
    process.wait()


def serve(app: Flask, settings: Settings, redis_url: str) -> Iterator[Flask]:
    """Another application over the same database."""
    other = create_app(settings.model_copy(update={"redis_url": redis_url, "redis_timeout_ms": 50}))
    other.testing = True
    yield other
    with other.app_context():
        db.engine.dispose()


@pytest.fixture
def hung(app: Flask, clean: None, settings: Settings, own_redis) -> Iterator[Flask]:
    """Its Redis was there, and is stopped in the middle of everything."""
    url, process = own_redis
    for other in serve(app, settings, url):
        assert sign_in(other.test_client(), "nobody").status_code == 401
        os.kill(process.pid, signal.SIGSTOP)
        yield other


@pytest.fixture
def without(app: Flask, clean: None, settings: Settings, tmp_path: Path) -> Iterator[Flask]:
    """Its Redis never was there."""
    yield from serve(app, settings, f"unix://{tmp_path}/none.sock?db=0")


@pytest.fixture(params=["hung", "without"])
def crippled(request: pytest.FixtureRequest) -> Flask:
    return request.getfixturevalue(request.param)


def test_a_sale_works_and_nobody_waits(crippled: Flask, people: People, world: World):
    people.http = crippled.test_client()
    techshop = people.merchant("techshop", world.store_id)
    alice = people.client("alice", world.alice)
    slowest = 0.0

    def timed(call, *args) -> dict:
        nonlocal slowest
        started = time.perf_counter()
        answer = call(*args)
        slowest = max(slowest, time.perf_counter() - started)
        assert answer.status_code < 300, answer.text
        return answer.json

    promo = timed(techshop.post, PROMOS, terms(world))
    for _ in range(3):
        assert timed(alice.get, f"{PROMOS}eligible/")["count"] == 1
    held = timed(alice.post, "/api/promotions/promo-reservations/", {"promo_id": promo["id"]})
    timed(alice.post, f"/api/promotions/promo-reservations/{held['id']}/complete/")
    assert timed(alice.get, f"{PROMOS}running/")["count"] == 0
    assert slowest < 2


def test_failures_are_still_limited(crippled: Flask, people: People, settings: Settings):
    people.http = http = crippled.test_client()
    people.operator()
    started = time.perf_counter()
    answers = [
        sign_in(http, password="wrong").status_code
        for _ in range(settings.sign_in_failures_per_minute + 2)
    ]
    assert answers[0] == 401
    assert answers[-1] == 429
    assert time.perf_counter() - started < 6
    refused = sign_in(http, password="wrong")
    assert int(refused.headers["Retry-After"]) > 0


def test_successes_go_on(crippled: Flask, people: People):
    people.http = crippled.test_client()
    people.operator()
    for _ in range(15):
        started = time.perf_counter()
        assert sign_in(people.http).status_code == 200
        assert time.perf_counter() - started < 2


def test_readiness_is_only_degraded(crippled: Flask):
    answer = crippled.test_client().get("/readyz")
    assert (answer.status_code, answer.json["status"]) == (200, "degraded")
    assert answer.json["warnings"]

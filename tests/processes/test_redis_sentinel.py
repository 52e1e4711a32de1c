"""Redis behind Sentinel: the master is killed, and the service goes on with the next one."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from itertools import count

import pytest
import requests
from flask import Flask

from flashpromo import cache
from flashpromo.app import create_app
from flashpromo.config import Settings
from flashpromo.db import db, session
from flashpromo.queueing.timetable import timetable
from tests.api.conftest import People
from tests.processes.conftest import another_product, in_seconds
from tests.processes.running import ROOT, Program, Service, eventually
from tests.processes.watched_redis import HOST, WatchedRedis, free_ports, watched_redis
from tests.story import activate
from tests.world import World

ELIGIBLE = "/api/promotions/flash-promos/eligible/"
RESERVATIONS = "/api/promotions/promo-reservations/"


@pytest.fixture(scope="module")
def watched(tmp_path_factory) -> Iterator[WatchedRedis]:
    with watched_redis(tmp_path_factory.mktemp("sentinel")) as running:
        yield running


@pytest.fixture(scope="module")
def web(watched: WatchedRedis, settings: Settings, app: Flask) -> Iterator[Flask]:
    """The application, as impatient as in production."""
    changed = {"redis_url": watched.url, "redis_timeout_ms": 50, "redis_breaker_seconds": 0.3}
    other = create_app(settings.model_copy(update=changed))
    other.testing = True
    with other.app_context():
        yield other
        db.session.remove()
        db.engine.dispose()


@pytest.fixture(scope="module")
def running(watched: WatchedRedis, web: Flask, shared_service: Service) -> list[Program]:
    """A scheduler and both workers, by the same address."""
    shared_service.environment |= {
        "REDIS_URL": watched.url,
        "FLASHPROMO_REDIS_TIMEOUT_MS": "50",
    }
    return shared_service.start("scheduler", "worker activation", "worker delivery")


@pytest.fixture(scope="module")
def live(watched: WatchedRedis) -> Iterator[Callable[[], bool]]:
    """The live process; whether it hears what is published."""
    (port,) = free_ports(1)
    command = [sys.executable, "-m", "flashpromo.live", "--host", HOST, "--port", str(port)]
    process = subprocess.Popen(
        command, cwd=ROOT, env=os.environ | {"REDIS_URL": watched.url}, stderr=subprocess.DEVNULL
    )

    def hears() -> bool:
        with suppress(requests.ConnectionError):
            return bool(requests.get(f"http://{HOST}:{port}/healthz", timeout=5).json()["hears"])
        return False

    yield hears
    process.kill()
    process.wait()


@pytest.fixture
def world(web: Flask, clean: None) -> Iterator[World]:
    yield World.build()
    session().rollback()


def said_soon(program: Program, line: str) -> bool:
    """Whether the process says so within two seconds: it does its work first, and tells then."""
    for _ in range(20):
        if line in program.said:
            return True
        time.sleep(0.1)
    return False


def test_the_master_is_killed_and_nothing_is_late_or_lost(
    running, watched, live, web, world, outside
):
    alice = People(web, web.test_client()).client("alice", world.alice)
    sold = activate(world)
    assert alice.get(ELIGIBLE).json["count"] == 1
    before = in_seconds(world, 2, product_id=another_product(world, "Before"))
    eventually(live, 10, "the live process hears")
    killed = watched.kill_master()

    # While there is no master everything is answered: from the database.
    during = in_seconds(world, 600, product_id=another_product(world, "During"))
    assert sold.id in {each["id"] for each in alice.get(ELIGIBLE).json["results"]}
    held = alice.post(RESERVATIONS, {"promo_id": sold.id})
    assert held.status_code == 201
    asked = 0
    while watched.master() == killed:
        assert alice.get(ELIGIBLE).status_code == 200
        asked += 1
    assert asked
    assert alice.post(f"{RESERVATIONS}{held.json['id']}/complete/").status_code == 200
    outside.await_activation(before)
    outside.await_delivery(before, clients=0)

    # The next master is found by everybody, and what was missed is in its timetable.
    def rings() -> bool:
        with watched.connection() as redis:
            return f"activate-{during.id}".encode() in timetable(redis).whole()

    eventually(rings, 10, "the timetable is built anew")
    eventually(lambda: cache.look_up("anything", []).stamps is not None, 10, "the cache is back")
    eventually(live, 10, "the live process hears the next master")
    names = (f"After {number}" for number in count(1))

    def worker_works() -> bool:
        """A promo starts on time whoever does it; on a busy machine the sweep may be first."""
        after = in_seconds(world, 1.2, product_id=another_product(world, next(names)))
        outside.await_activation(after)
        return said_soon(running[1], f"promo {after.id} activated")

    eventually(worker_works, 60, "the worker finds the next master")

    # The old master comes back, takes itself for the master, and is asked by nobody.
    watched.come_back(killed)
    assert watched.master() != killed
    assert cache.current().redis.connection_pool.master_address[1] == watched.master()
    assert alice.get(ELIGIBLE).status_code == 200
    assert all(program.runs for program in running)

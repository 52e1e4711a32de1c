"""Redis killed, gone, back and empty, or hanging: promos start all the same, and all is well again.

The scheduler and the workers are the same ones from the first test to the last.
"""

import signal
import time
from collections.abc import Iterator

import pytest
from flask import Flask

from flashpromo.config import Settings
from flashpromo.db import session, transaction
from flashpromo.promos import lifecycle
from flashpromo.promos.models import Promo
from flashpromo.queueing.timetable import next_whole_second, timetable
from tests.own_redis import OwnRedis, running_app
from tests.processes.conftest import another_product, in_seconds, soon
from tests.processes.running import Program, Service, eventually
from tests.world import World


@pytest.fixture(scope="module")
def own_redis(tmp_path_factory) -> Iterator[OwnRedis]:
    server = OwnRedis(tmp_path_factory.mktemp("redis"))
    server.start()
    yield server
    server.stop()


@pytest.fixture(scope="module")
def web(own_redis: OwnRedis, settings: Settings, app: Flask) -> Iterator[Flask]:
    """The application on that Redis, as impatient as in production."""
    with running_app(own_redis, settings) as other:
        yield other


@pytest.fixture(scope="module")
def running(own_redis: OwnRedis, web: Flask, shared_service: Service) -> list[Program]:
    """A scheduler and both workers, on the same Redis."""
    shared_service.environment |= {
        "REDIS_URL": own_redis.url,
        "FLASHPROMO_REDIS_TIMEOUT_MS": "50",
    }
    return shared_service.start("scheduler", "worker activation", "worker delivery")


@pytest.fixture
def world(web: Flask, own_redis: OwnRedis, clean: None) -> Iterator[World]:
    """The characters, written by that application; its Redis is there, and empty."""
    if own_redis.process is None:
        own_redis.start()
    own_redis.flush()
    own_redis.forgive()
    yield World.build()
    session().rollback()


def rings_at(own_redis: OwnRedis, promo: Promo) -> float | None:
    """When the promo's bell rings, if its job is there too."""
    with own_redis.connection as redis:
        table = timetable(redis)
        return table.whole().get(f"activate-{promo.id}".encode())


def assert_all_is_well(running: list[Program], world: World, outside, name: str) -> None:
    """A new promo starts by the worker, not by the sweep, and is delivered."""
    promo = in_seconds(world, 3, product_id=another_product(world, name))
    outside.await_activation(promo)
    eventually(lambda: f"promo {promo.id} activated" in running[1].said, 5)
    assert all(program.runs for program in running)


def test_with_redis_dead_the_sweep_does_the_work(running, own_redis, world, outside):
    own_redis.stop()
    promo = in_seconds(world, 1)
    outside.await_activation(promo)
    outside.await_delivery(promo)
    assert "activating here" in running[0].said


def test_redis_comes_back_empty_to_a_right_timetable(running, own_redis, world, outside):
    kept = in_seconds(world, 600)
    moved = in_seconds(world, 700, product_id=another_product(world, "Moved"))
    paused = in_seconds(world, 800, product_id=another_product(world, "Paused"))
    own_redis.stop()
    later = soon(900)
    with transaction():
        lifecycle.change(moved.id, {"start_time": later, "end_time": soon(5000)})
        lifecycle.pause(paused.id)
    new = in_seconds(world, 1000, product_id=another_product(world, "New"))
    own_redis.start()
    own_redis.forgive()
    eventually(lambda: rings_at(own_redis, new), 10, "the timetable is built anew")
    for promo, start in ((kept, kept.start_time), (moved, later), (new, new.start_time)):
        assert rings_at(own_redis, promo) == next_whole_second(start).timestamp()
    assert rings_at(own_redis, paused) is None
    assert_all_is_well(running, world, outside, "Next")


def test_with_redis_hung_nobody_waits_for_it(running, own_redis, world, outside):
    own_redis.hang()
    started = time.monotonic()
    promo = in_seconds(world, 1)
    assert time.monotonic() - started < 1
    outside.await_activation(promo)
    outside.await_delivery(promo)
    missed = in_seconds(world, 600, product_id=another_product(world, "Missed"))
    own_redis.go_on()
    own_redis.forgive()
    eventually(lambda: rings_at(own_redis, missed), 10, "what was missed is in the timetable")
    assert_all_is_well(running, world, outside, "Next")


def test_all_of_them_can_be_told_to_end_while_redis_hangs(running, own_redis):
    own_redis.hang()
    for program in running:
        program.send(signal.SIGTERM)
    assert [program.await_end(30) for program in running] == [0, 0, 0]

"""SIGTERM and SIGINT end every process within seconds, with exit code 0 and no child left."""

import signal
from concurrent.futures import ThreadPoolExecutor

import pytest
import requests
from sqlalchemy import text

from tests.processes.conftest import in_seconds
from tests.processes.running import Service, eventually, is_alive
from tests.processes.web import start

WAITING = (
    "SELECT count(*) FROM pg_locks WHERE NOT granted AND relation = 'alembic_version'::regclass"
)
ALL = ("scheduler", "worker activation", "worker delivery")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT], ids=lambda each: each.name)
def test_idle_processes_end(service: Service, clean, number):
    """SIGINT as a terminal sends it: to the whole group."""
    programs = service.start(*ALL)
    for program in programs:
        program.send(number, group=number is signal.SIGINT)
    assert [program.await_end(10) for program in programs] == [0, 0, 0]


def test_a_worker_ends_after_the_job_in_hand(service: Service, world, outside):
    worker, hold = service.start_held("worker activation", "activation.claimed")
    promo = in_seconds(world, 0)
    child = hold.await_arrival()
    worker.send(signal.SIGTERM)
    hold.release()
    assert worker.await_end(10) == 0
    assert not is_alive(child)
    assert outside.lateness(promo) is not None


def test_a_worker_does_not_wait_for_a_job_that_takes_too_long(service: Service, world, outside):
    worker, hold = service.start_held("worker activation", "activation.claimed")
    promo = in_seconds(world, 0)
    child = hold.await_arrival()
    worker.send(signal.SIGINT, group=True)
    assert worker.await_end(12) == 0
    assert not is_alive(child)
    assert outside.lateness(promo) is None


def test_a_scheduler_does_not_wait_for_a_round_that_takes_too_long(service: Service, world):
    in_seconds(world, 0)
    scheduler, hold = service.start_held("scheduler", "activation.claimed")
    hold.await_arrival()
    scheduler.send(signal.SIGTERM)
    assert scheduler.await_end(12) == 0


def test_a_worker_that_waits_for_redis_ends(service: Service, clean, tmp_path):
    service.environment["REDIS_URL"] = f"unix://{tmp_path}/nowhere.sock?db=0"
    (worker,) = service.start("worker activation", wait=False)
    eventually(lambda: "Redis does not answer" in worker.said, 30)
    worker.send(signal.SIGTERM)
    assert worker.await_end(10) == 0


def test_the_web_answers_the_request_in_hand(app, clean, engine, tmp_path):
    """A request that waits in the database is answered, though the web is told to end meanwhile."""
    web, address = start(tmp_path)
    try:
        with (
            engine.connect() as holder,
            engine.connect() as onlooker,
            ThreadPoolExecutor() as other,
        ):
            holder.execute(text("LOCK TABLE alembic_version IN ACCESS EXCLUSIVE MODE"))
            asked = other.submit(requests.get, f"{address}/readyz", timeout=20)
            eventually(lambda: onlooker.scalar(text(WAITING)), 10, "the request waits")
            web.send_signal(signal.SIGTERM)
            eventually(lambda: "Shutting down" in (tmp_path / "web.log").read_text(), 10)
            assert web.poll() is None
            holder.rollback()
            assert asked.result().status_code == 200
        assert web.wait(10) == 0
    finally:
        web.kill()
        web.wait(10)

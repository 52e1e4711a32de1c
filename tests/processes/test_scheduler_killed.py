"""A scheduler alone, killed as it rings, or killed with all: at most 10 s late once it is back."""

import pytest

from tests.processes.conftest import LATE_SECONDS, in_seconds, since
from tests.processes.running import eventually


def test_without_any_worker_the_sweep_does_the_work(service, world, outside):
    service.start("scheduler")
    promo = in_seconds(world, 1)
    outside.await_activation(promo)
    outside.await_delivery(promo)


@pytest.mark.parametrize("barrier", ["bell.due", "bell.rung"])
def test_a_scheduler_killed_as_it_rings(service, world, outside, barrier):
    service.start("worker activation", "worker delivery")
    scheduler, hold = service.start_held("scheduler", barrier)
    promo = in_seconds(world, 1.2)
    hold.await_arrival()
    print(f"{barrier}: reached once")
    scheduler.kill()
    service.start("scheduler")
    outside.await_activation(promo, late=LATE_SECONDS + since(promo))
    outside.await_delivery(promo)


def test_all_of_them_killed_before_the_start_and_started_again(service, world, outside):
    programs = service.start("worker activation", "worker delivery", "scheduler")
    promo = in_seconds(world, 2)
    for program in programs:
        program.kill()
    eventually(lambda: since(promo) > 0, 5)
    assert outside.lateness(promo) is None
    service.start("worker activation", "worker delivery", "scheduler")
    outside.await_activation(promo, late=LATE_SECONDS + since(promo))
    outside.await_delivery(promo)

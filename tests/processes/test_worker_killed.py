"""Workers killed where it hurts most: the promo is active at most 10 s late, and tells once."""

import pytest

from tests.processes.conftest import LATE_SECONDS, TOLD, another_product, in_seconds, since
from tests.processes.running import Program, Service, eventually, is_alive


@pytest.fixture(scope="module")
def scheduler(shared_service: Service) -> Program:
    """One scheduler that is never killed, and less patient than usual: the tests take less long."""
    shared_service.environment |= {
        "FLASHPROMO_SWEEP_PATIENCE_SECONDS": "1",
        "FLASHPROMO_DELIVERY_LEASE_SECONDS": "2",
    }
    return shared_service.start("scheduler")[0]


@pytest.mark.parametrize(
    "barriers",
    [
        ["activation.claimed"],
        ["activation.recorded", "transaction.ready"],
        ["activation.recorded", "transaction.committed"],
    ],
    ids=" then ".join,
)
def test_a_worker_killed_in_the_activation(scheduler, service, world, outside, barriers):
    worker, hold = service.start_held("worker activation", *barriers)
    promo = in_seconds(world, 1)
    child = hold.await_arrival()
    print(f"{barriers[-1]}: reached once, by process {child}")
    worker.kill()
    outside.await_activation(promo)
    outside.await_delivery(promo)
    assert not is_alive(child)


@pytest.mark.parametrize("barrier", ["delivery.leased", "delivery.sent"])
def test_a_worker_killed_in_a_delivery(scheduler, service, world, outside, barrier):
    service.environment["FLASHPROMO_DELIVERY_LEASE_SECONDS"] = "2"
    worker, hold = service.start_held("worker delivery", barrier)
    promo = in_seconds(world, 0)
    child = hold.await_arrival()
    print(f"{barrier}: reached once, by process {child}")
    worker.kill()
    outside.await_delivery(promo)
    assert not is_alive(child)


def test_a_child_killed_alone_leaves_a_worker_that_goes_on(scheduler, service, world, outside):
    worker, hold = service.start_held("worker activation", "activation.claimed")
    promo = in_seconds(world, 1)
    child = hold.await_arrival()
    assert worker.children() == [child]
    worker.kill_child(child)
    outside.await_activation(promo)
    outside.await_delivery(promo)
    eventually(lambda: not worker.children(), 10)
    assert worker.runs


def test_a_wave_that_stands_still_does_not_hold_up_the_next_promo(
    scheduler, service, world, outside
):
    """A worker stopped in its wave keeps its promo's row; the sweep activates the others."""
    _, hold = service.start_held("worker activation", "activation.claimed")
    standing = in_seconds(world, 0)
    hold.await_arrival()
    promo = in_seconds(world, 0, product_id=another_product(world, "Next"))
    outside.await_activation(promo)
    assert outside.lateness(standing) is None
    hold.release()
    outside.await_activation(standing, late=LATE_SECONDS + since(standing))
    outside.await_delivery(promo, clients=outside.ask(TOLD, promo))

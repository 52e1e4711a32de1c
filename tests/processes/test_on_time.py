"""Everything twice, side by side: promos start on time, once, and follow their merchant."""

import time

import pytest
from rq import Queue
from rq.command import PUBSUB_CHANNEL_TEMPLATE

from flashpromo import campaign
from flashpromo.db import transaction
from flashpromo.promos import lifecycle
from flashpromo.queueing.job import queue
from flashpromo.queueing.names import ACTIVATE, ACTIVATION, DELIVERY
from flashpromo.queueing.timetable import timetable
from tests.processes.conftest import LATE_SECONDS, another_product, in_seconds, soon
from tests.processes.running import Service, eventually

DOOR = """
SELECT door FROM audit_event
WHERE action = 'promo.activated' AND subject_kind = 'promo' AND subject_id = CAST(:promo_id AS text)
"""


@pytest.fixture(scope="module")
def running(shared_service: Service) -> Service:
    """Two schedulers, two workers on activations and one on deliveries; the work stays theirs."""
    shared_service.environment["FLASHPROMO_SWEEP_PATIENCE_SECONDS"] = "60"
    shared_service.spawn(
        "scheduler", "scheduler", "worker activation", "worker activation", "worker delivery"
    )
    return shared_service


def messages(running: Service, client_id: int) -> int:
    """How many messages all processes together have sent to the client."""
    return sum(
        program.said.count(f"client {client_id}: Headphones") for program in running.programs
    )


def test_a_promo_starts_on_time_and_its_audience_is_told_once(running, world, outside):
    promo = in_seconds(world, 2)
    before = messages(running, world.alice)
    outside.await_activation(promo)
    assert outside.ask(DOOR, promo) == "worker"
    outside.await_delivery(promo)
    assert messages(running, world.alice) == before + 1


def test_promos_that_start_together_share_the_audience(running, world, outside):
    start = soon(2)
    promos = [
        in_seconds(world, 2, product_id=another_product(world, f"Thing {number}"), start_time=start)
        for number in range(5)
    ]
    for promo in promos:
        outside.await_activation(promo)
    told = "SELECT count(*) FROM notification WHERE promo_id >= :promo_id"
    assert outside.ask(told, promos[0]) == 1


def test_a_promo_published_after_its_start_starts_at_once(running, world, outside):
    promo = in_seconds(world, -60)
    outside.await_activation(promo, late=60 + LATE_SECONDS)
    outside.await_delivery(promo)


def test_moved_paused_cancelled_or_deleted_before_the_start_nothing_happens_at_it(
    running, world, outside, redis
):
    names = ("moved", "paused", "cancelled", "deleted")
    promos = {name: in_seconds(world, 3, product_id=another_product(world, name)) for name in names}
    later = soon(5)
    with transaction():
        lifecycle.change(promos["moved"].id, {"start_time": later})
        lifecycle.pause(promos["paused"].id)
        campaign.cancel(promos["cancelled"].id)
        campaign.delete(promos["deleted"].id)
    assert redis.zrange(timetable(redis).scheduled_jobs_key, 0, -1) == [
        f"activate-{promos['moved'].id}".encode()
    ]
    outside.await_activation(promos["moved"])
    for name in names[1:]:
        assert outside.lateness(promos[name]) is None
    eventually(lambda: not redis.keys("rq:job:activate-*"), 5)


def test_a_bell_that_comes_early_waits_for_its_start(running, world, outside, redis):
    near = in_seconds(world, 2)
    far = in_seconds(world, 5, product_id=another_product(world, "Later"))
    for promo in (near, far):
        queue(ACTIVATION, redis).enqueue(ACTIVATE, promo.id)
    outside.await_activation(near)
    outside.await_activation(far)


def test_a_flushed_timetable_is_soon_there_again(running, world, outside, redis):
    promo = in_seconds(world, 600)
    redis.flushdb()
    eventually(lambda: redis.exists(f"rq:job:activate-{promo.id}"), 10)


def test_flushed_at_the_last_instant_it_is_a_little_late_at_most(running, world, outside, redis):
    promo = in_seconds(world, 1.5)
    time.sleep(0.5)
    redis.flushdb()
    outside.await_activation(promo)
    outside.await_delivery(promo)


def test_what_nobody_can_read_stops_neither_scheduler_nor_worker(running, world, outside, redis):
    table = timetable(redis).scheduled_jobs_key
    for number, junk in enumerate((b"\xff\xfe", b"no such job", b"activate-99", b"x" * 500)):
        redis.zadd(table, {junk: number + 1})
        redis.lpush(Queue.redis_queue_namespace_prefix + ACTIVATION, junk)
        redis.lpush(Queue.redis_queue_namespace_prefix + DELIVERY, junk)
    redis.set("rq:job:activate-99", "not a hash")
    redis.hset("rq:job:no such job", mapping={"data": b"\x80\x04cposix\nsystem\n"})
    for worker in redis.smembers("rq:workers"):
        channel = PUBSUB_CHANNEL_TEMPLATE % worker.decode().removeprefix("rq:worker:")
        assert redis.publish(channel, '{"command": "shutdown"}') == 0
    promo = in_seconds(world, 2)
    outside.await_activation(promo)
    outside.await_delivery(promo)
    assert all(program.runs for program in running.programs)
    # The sweep may have been first; the promo's own job rings at the next whole second.
    eventually(lambda: redis.zcard(table) == 0, seconds=5)


def test_after_all_this_nothing_waits_and_no_process_has_ended(running, redis):
    assert all(program.runs for program in running.programs)
    eventually(lambda: not any(program.children() for program in running.programs), 10)

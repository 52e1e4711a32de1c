"""The bell rings once the change is committed, and not too often."""

import pytest

from flashpromo.db import transaction
from flashpromo.queueing import bell, timetable
from flashpromo.queueing.job import queue
from flashpromo.queueing.names import ACTIVATE, ACTIVATION, DELIVER, DELIVERY
from tests.own_redis import OwnRedis, running_app
from tests.story import publish


def test_it_rings_after_the_commit(context, redis):
    with transaction():
        bell.ring(DELIVER, 17)
        assert redis.dbsize() == 0
    (job,) = queue(DELIVERY, redis).jobs
    assert (job.func_name, job.args) == ("deliver", [17])


def test_a_change_that_is_rolled_back_leaves_nothing_in_redis(world, redis):
    redis.flushdb()

    def change_and_regret() -> None:
        with transaction():
            bell.ring(ACTIVATE, 17)
            timetable.schedule(world.now, ACTIVATE, 17)
            timetable.cancel(ACTIVATE, 18)
            raise RuntimeError("changed my mind")

    with pytest.raises(RuntimeError, match="changed my mind"):
        change_and_regret()
    assert redis.keys("rq:*") == []


def test_ringing_again_is_heard_once_in_a_few_seconds(context, redis):
    assert [bell.ring_again(ACTIVATE, 17) for _ in range(5)] == [True] * 5
    assert bell.ring_again(ACTIVATE, 18)
    assert bell.ring_again(DELIVER, 17)
    assert len(queue(ACTIVATION, redis)) == 2
    assert len(queue(DELIVERY, redis)) == 1
    (key,) = redis.keys("flashpromo:rung:activate:17")
    assert 0 < redis.ttl(key) <= bell.RING_AGAIN_SECONDS
    redis.delete(key)
    bell.ring_again(ACTIVATE, 17)
    assert len(queue(ACTIVATION, redis)) == 3


def test_without_redis_a_bell_says_so_and_the_change_stands(world, settings, tmp_path):
    with running_app(OwnRedis(tmp_path), settings):
        promo = publish(world)
        assert promo.published
        assert not bell.ring_now(ACTIVATE, promo.id)
        assert not bell.ring_again(ACTIVATE, promo.id)
        assert not timetable.schedule_now(promo.start_time, ACTIVATE, promo.id)
        assert not timetable.cancel_now(ACTIVATE, promo.id)

"""Redis as somebody sees it who writes there by hand."""

import json
import zlib
from dataclasses import dataclass
from datetime import timedelta

import pytest
from redis import Redis
from rq.utils import utcformat

from flashpromo.db import app_now
from flashpromo.promos.models import Promo
from flashpromo.queueing.names import ACTIVATION
from tests.story import publish
from tests.world import World


@dataclass
class Hand:
    """Plants jobs as bytes, past all of our code."""

    redis: Redis

    def plant(self, name: str, data: object, *, queue: str = ACTIVATION, **fields) -> str:
        """Write a job's hash and put it into the queue."""
        self.write(name, data, queue=queue, **fields)
        self.redis.sadd("rq:queues", f"rq:queue:{queue}")
        self.redis.rpush(f"rq:queue:{queue}", name)
        return name

    def plant_in_timetable(self, name: str, data: object, when: float = 1, **fields) -> str:
        """Write a job's hash and put it into rq-scheduler's set."""
        self.write(name, data, status="scheduled", **fields)
        self.redis.zadd("rq:scheduler:scheduled_jobs", {name: when})
        return name

    def write(self, name: str, data: object, *, queue: str = ACTIVATION, **fields) -> None:
        raw = data if isinstance(data, bytes) else json.dumps(data).encode()
        usual = {
            "data": zlib.compress(raw),
            "origin": queue,
            "status": "queued",
            "created_at": utcformat(app_now()),
            "enqueued_at": utcformat(app_now()),
        }
        self.redis.hset(f"rq:job:{name}", mapping=usual | fields)


@pytest.fixture
def hand(context: None, redis: Redis) -> Hand:
    return Hand(redis)


@pytest.fixture
def promo(world: World) -> Promo:
    """It starts in an hour."""
    start = app_now() + timedelta(hours=1)
    return publish(world, start_time=start, end_time=start + timedelta(hours=1))

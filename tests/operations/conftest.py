"""Workers that have signed in, and whoever plants jobs by hand."""

from redis import Redis
from rq.utils import utcformat

from flashpromo.db import app_now
from flashpromo.queueing.names import QUEUES
from tests.queueing.conftest import hand

__all__ = ["hand"]


def sign_in_workers(redis: Redis) -> None:
    """One for each queue, as RQ writes it down."""
    for name in QUEUES:
        key = f"rq:worker:w-{name}"
        now = utcformat(app_now())
        told = {"queues": name, "state": "idle", "birth": now, "last_heartbeat": now}
        redis.hset(key, mapping=told)
        redis.sadd("rq:workers", key)
        redis.sadd(f"rq:workers:{name}", key)

"""Whether a live process is there: whether anybody listens to what is published."""

from typing import Any, cast

from redis import Redis

from flashpromo import cache
from flashpromo.news import topic


def processes() -> int:
    """How many live processes listen now; none while Redis is away."""
    return cache.current().ask(listeners) or 0


def listeners(redis: Redis) -> int:
    """The same by a Redis of the caller's; raises `RedisError` when it is away."""
    found = cast(list[tuple[Any, int]], redis.pubsub_numsub(topic.topic_of(redis)))
    return found[0][1]

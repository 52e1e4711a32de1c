"""Hearing what is published: one subscription, taken again whenever Redis comes back.

What was published while it was away was missed, so everybody is then told to look again.
"""

import asyncio
import logging
from typing import Any, Final

from redis.asyncio import Redis
from redis.asyncio.client import PubSub
from redis.asyncio.retry import Retry
from redis.asyncio.sentinel import Sentinel
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

from flashpromo.config.redis_urls import watched
from flashpromo.live.hub import Hub
from flashpromo.news.topic import News, topic_of

log = logging.getLogger(__name__)

CONNECT_SECONDS: Final = 2.0
SILENCE_SECONDS: Final = 5.0
"""After so long without a word Redis is asked whether it is still there."""
AGAIN_SECONDS: Final = 0.5


class Hearing:
    """The subscription of one process."""

    def __init__(self, redis_url: str, hub: Hub) -> None:
        self._hub = hub
        self._redis = _client(redis_url)
        self.is_open = False

    async def go_on(self) -> None:
        """Hear until this is cancelled, whatever becomes of Redis."""
        while True:
            try:
                await self._hear()
            except (RedisError, OSError, TimeoutError) as error:
                if self.is_open:
                    log.warning("Redis is away, nothing is heard until it is back: %s", error)
                self.is_open = False
            await asyncio.sleep(AGAIN_SECONDS)

    async def _hear(self) -> None:
        async with self._redis.pubsub() as subscription:
            await subscription.subscribe(topic_of(self._redis))
            await self._next(subscription)  # the subscription itself
            self.is_open = True
            log.info("listening to what is published")
            self._hub.hear(News(everything=True))
            while True:
                await self._next(subscription)

    async def _next(self, subscription: PubSub) -> None:
        """Take one message, or see that the connection is alive; raises `TimeoutError` if not."""
        message = await subscription.get_message(timeout=SILENCE_SECONDS)
        if message is None:
            await subscription.ping()
            async with asyncio.timeout(CONNECT_SECONDS):
                message = await subscription.get_message(timeout=None)
        if message is not None and message["type"] == "message":
            self._pass_on(message["data"])

    def _pass_on(self, data: bytes) -> None:
        try:
            news = News.read(data)
        except ValueError as error:
            log.warning("a message that cannot be read: %s", error)
            return
        self._hub.hear(news)


def _client(redis_url: str) -> Redis:
    """Without retries; behind Sentinel each new connection asks it first where the master is."""
    options: dict[str, Any] = {
        "socket_connect_timeout": CONNECT_SECONDS,
        "retry": Retry(NoBackoff(), 0),
    }
    place = watched(redis_url)
    if place is None:
        return Redis.from_url(redis_url, **options)
    asked = {**options, **place.sentinel_credentials, "socket_timeout": CONNECT_SECONDS}
    sentinel = Sentinel(place.sentinels, sentinel_kwargs=asked)  # type: ignore[no-untyped-call]
    options |= {"db": place.number, **place.credentials}
    master: Redis = sentinel.master_for(place.service, **options)
    return master

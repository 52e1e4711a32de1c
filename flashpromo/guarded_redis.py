"""Redis that may be away: short timeouts, no retries, and a circuit breaker on the request path.

redis-py by default retries ten times; with a hung Redis a request would stand for most of a minute.
"""

import logging
import time
from collections.abc import Callable
from typing import Any, Final, TypeVar

from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry
from redis.sentinel import Sentinel

from flashpromo.config import Settings
from flashpromo.config.redis_urls import watched
from flashpromo.meters import instruments

log = logging.getLogger(__name__)

PREFIX: Final = "flashpromo:"
"""Every key of ours begins with it; RQ's begin with `rq:`."""

PATIENT_TIMEOUT_SECONDS: Final = 2.0

Answer = TypeVar("Answer")


class GuardedRedis:
    """A client behind a breaker: after a failure nobody waits for a dead Redis for a while."""

    def __init__(
        self, settings: Settings, client: str, timeout_seconds: float | None = None
    ) -> None:
        """`client` is what asks, as the meters name it; it may wait longer than is set."""
        self._client = client
        self.redis = connect(settings, timeout_seconds or settings.redis_timeout_ms / 1000)
        self._pause_seconds = settings.redis_breaker_seconds
        self._closed_until = 0.0

    @property
    def available(self) -> bool:
        """False while the breaker is open."""
        return time.monotonic() >= self._closed_until

    def ask(self, action: Callable[[Redis], Answer]) -> Answer | None:
        """The answer of `action`, or None when Redis is away; `available` tells which."""
        if not self.available:
            return None
        try:
            return action(self.redis)
        except RedisError as error:
            log.warning("Redis does not answer, doing without it: %s", error)
            self._leave_alone()
            return None

    def _leave_alone(self) -> None:
        self._closed_until = time.monotonic() + self._pause_seconds
        instruments.BREAKER_OPENINGS.labels(self._client).inc()
        until = instruments.BREAKER_OPEN_UNTIL.labels(self._client)
        until.set(time.time() + self._pause_seconds)


def connect(settings: Settings, timeout_seconds: float = PATIENT_TIMEOUT_SECONDS) -> Redis:
    """A client without retries; workers and the scheduler may wait a little longer than a page.

    Behind Sentinel each new connection asks it first where the master is: a client that has lost
    its master finds the next one by itself.
    """
    options: dict[str, Any] = {
        "socket_timeout": timeout_seconds,
        "socket_connect_timeout": timeout_seconds,
    }
    place = watched(settings.redis_url)
    if place is None:
        return Redis.from_url(settings.redis_url, retry=Retry(NoBackoff(), 0), **options)
    sentinel = Sentinel(  # type: ignore[no-untyped-call] # redis-py has no types for it
        place.sentinels,
        # One after the other until one answers; each of them is asked once.
        sentinel_kwargs={**options, **place.sentinel_credentials, "retry": Retry(NoBackoff(), 0)},
    )
    master: Redis = sentinel.master_for(  # type: ignore[no-untyped-call]
        place.service,
        db=place.number,
        retry=Retry(NoBackoff(), 0),
        **options,
        **place.credentials,
    )
    return master

"""Counts of what may be tried so often within a while, over a moving window.

They stand in Redis, or in this process while Redis is away: a hung Redis costs one short timeout
and then nothing for a while.
"""

import math
import time
from dataclasses import dataclass

from limits import RateLimitItem
from limits.storage import MemoryStorage, RedisStorage
from limits.strategies import MovingWindowRateLimiter

from flashpromo.config import Settings
from flashpromo.guarded_redis import PREFIX, GuardedRedis

Key = tuple[RateLimitItem, str, str]


@dataclass(frozen=True)
class Place:
    """One that was taken in a count: in Redis, or in this process while Redis was away."""

    key: Key
    shared: bool

    @property
    def name(self) -> str:
        """Of the list in which the storage keeps the moments of this count."""
        limit, *identifiers = self.key
        return limit.key_for(*identifiers)


class Counts:
    """Counts of one kind, of one application; connects on first use only."""

    def __init__(self, settings: Settings, kind: str) -> None:
        self._guard = GuardedRedis(settings, kind)
        self._redis = RedisStorage(
            "redis://",  # says of which kind it is; where it is, the pool knows
            connection_pool=self._guard.redis.connection_pool,
            key_prefix=f"{PREFIX}{kind}",
        )
        self._memory = MemoryStorage()
        self._shared = MovingWindowRateLimiter(self._redis)
        self._own = MovingWindowRateLimiter(self._memory)

    def take(self, key: Key) -> Place | None:
        """One in this count; None when it is full."""
        shared = self._guard.ask(lambda _: self._shared.hit(*key))
        fits = self._own.hit(*key) if shared is None else shared
        return Place(key, shared is not None) if fits else None

    def wait_seconds(self, key: Key) -> int:
        """In how many seconds the oldest of a full count leaves its window."""
        shared = self._guard.ask(lambda _: self._shared.get_window_stats(*key))
        stats = self._own.get_window_stats(*key) if shared is None else shared
        return math.ceil(stats.reset_time - time.time())

    def give_back(self, place: Place) -> None:
        """Count one less; the newest goes, whose ever it is."""
        if place.shared:
            self._guard.ask(lambda redis: redis.lpop(self._redis.prefixed_key(place.name)))
            return
        with self._memory.locks[place.name]:
            if self._memory.events.get(place.name):
                self._memory.events[place.name].pop(0)

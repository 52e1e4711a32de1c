"""Buckets of requests that run empty evenly (GCRA), shared by all processes.

A whole window's requests may come at once, and after that as many as the time that passes gives
back. A refused request counts nowhere. All buckets of a request are looked at and filled by one
script, in one round trip to Redis. While they are less than half full, a process lets a few
requests through and counts them on its next visit: near the limit every request is looked at. While
Redis is away, each process counts for itself; the cache's circuit breaker sees to it that nobody
waits for a Redis that hangs.
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from threading import Lock
from typing import Final, NamedTuple, cast

from cachetools import TTLCache
from redis import Redis
from redis.commands.core import Script

from flashpromo import cache

SUBJECTS: Final = 100_000
"""How many tokens and addresses one process counts for while Redis is away."""

LEASED_SHARE: Final = 100
MOST_LEASED: Final = 10
LEASE_SECONDS: Final = 1
"""A process may let through a hundredth of a window's requests, ten at most, within a second. What
it has not counted by then is forgotten."""

# For each key: the moment at which its bucket is empty, in microseconds. What was let through
# before is counted in any case; of the request itself all buckets take one more, or none does.
TAKE: Final = """
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local window = tonumber(ARGV[1])
local owed = tonumber(ARGV[2])
local fits, before, after = true, {}, {}
for each, key in ipairs(KEYS) do
  local step = window / ARGV[each + 2]
  before[each] = math.max(tonumber(redis.call('GET', key) or now), now) - now + owed * step
  after[each] = before[each] + step
  fits = fits and after[each] <= window
end
for each, key in ipairs(KEYS) do
  local filled = fits and after[each] or before[each]
  if filled >= 1000 and (fits or owed > 0) then
    redis.call('SET', key, string.format('%.0f', now + filled), 'PX', math.ceil(filled / 1000))
  end
  before[each] = math.ceil(before[each])
end
return before
"""


class Subject(NamedTuple):
    """Whom a bucket belongs to, and how many requests a window it may send."""

    name: str
    key: str
    most: int


@dataclass
class Lease:
    """What a process lets through without asking, and how the buckets stand meanwhile."""

    left: int
    filled: list[float]
    owed: int = 0

    def use(self, subjects: Sequence[Subject], window_seconds: float) -> list[float]:
        """Let one through; how full the buckets were before it."""
        before = self.filled
        self.filled = [
            seconds + window_seconds / each.most
            for each, seconds in zip(subjects, before, strict=True)
        ]
        self.left, self.owed = self.left - 1, self.owed + 1
        return before


class Buckets:
    """The buckets of one application."""

    def __init__(self, window_seconds: float) -> None:
        self._window_seconds = window_seconds
        self._own: TTLCache[str, float] = TTLCache(SUBJECTS, self._window_seconds)
        self._leases: TTLCache[tuple[str, ...], Lease] = TTLCache(SUBJECTS, LEASE_SECONDS)
        self._lock = Lock()
        self._script: Script | None = None

    def take(self, subjects: Sequence[Subject]) -> list[float]:
        """Count one request for all of them if it fits.

        Returns:
            How full each bucket was before, in seconds until it is empty; the request fits if
            there was room for one more in all of them.
        """
        filled = self._take_leased(subjects)
        if filled is None:
            filled = cache.current().ask(lambda redis: self._take_shared(redis, subjects))
        return filled if filled is not None else self._take_own(subjects)

    def _take_shared(self, redis: Redis, subjects: Sequence[Subject]) -> list[float]:
        self._script = self._script or redis.register_script(TAKE)
        keys = tuple(each.key for each in subjects)
        window = int(self._window_seconds * 1_000_000)
        with self._lock:
            ended = self._leases.pop(keys, None)
        owed = ended.owed if ended is not None else 0
        rates = [window, owed, *(each.most for each in subjects)]
        answer = cast(list[int], self._script(keys, rates, client=redis))
        filled = [microseconds / 1_000_000 for microseconds in answer]
        self._lease(subjects, filled)
        return filled

    def _lease(self, subjects: Sequence[Subject], filled: Sequence[float]) -> None:
        """Let the next few through if there is plenty of room."""
        left = min(MOST_LEASED, *(each.most // LEASED_SHARE for each in subjects))
        if left and max(filled) < self._window_seconds / 2:
            lease = Lease(left + 1, list(filled))
            lease.use(subjects, self._window_seconds)  # this one, which Redis has counted
            lease.owed = 0
            with self._lock:
                self._leases[tuple(each.key for each in subjects)] = lease

    def _take_leased(self, subjects: Sequence[Subject]) -> list[float] | None:
        with self._lock:
            lease = self._leases.get(tuple(each.key for each in subjects))
            if lease is None or not lease.left:
                return None
            return lease.use(subjects, self._window_seconds)

    def _take_own(self, subjects: Sequence[Subject]) -> list[float]:
        """The same in this process."""
        with self._lock:
            now = time.monotonic()
            filled = [max(self._own.get(each.key, now) - now, 0.0) for each in subjects]
            more = [
                seconds + self._window_seconds / each.most
                for each, seconds in zip(subjects, filled, strict=True)
            ]
            if all(seconds <= self._window_seconds for seconds in more):
                for each, seconds in zip(subjects, more, strict=True):
                    self._own[each.key] = now + seconds
            return filled

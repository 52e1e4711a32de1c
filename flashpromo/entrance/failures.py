"""Failed sign-ins are limited, whatever the door; successes never count.

Three counts, each over a minute. *A name from an address*: a person who has forgotten a password.
*An address*, over all names: one password tried on everybody; it may fail as often as ten names,
for many people may share it. *A name*, over all addresses: a crowd of machines guessing one
account's password. That one also shuts its owner out while it lasts, so it is ten times the first:
nobody reaches it from fewer than ten addresses at once, and it is over a minute after they stop.

Counts stand in Redis, or in this process while Redis is away: a hung Redis costs one short timeout
and then nothing for a while.
"""

import math
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from hashlib import sha256
from typing import Final, TypeVar, cast

from flask import Flask, current_app
from limits import RateLimitItemPerMinute
from limits.storage import MemoryStorage, RedisStorage
from limits.strategies import MovingWindowRateLimiter

from flashpromo.accounts.password_change import WrongPassword
from flashpromo.config import Settings
from flashpromo.entrance import origin
from flashpromo.errors import TooSoon, WrongCredentials
from flashpromo.guarded_redis import PREFIX, GuardedRedis

EXTENSION: Final = "flashpromo_failures"
NAMES_AN_ADDRESS: Final = 10
ADDRESSES_A_NAME: Final = 10

Answer = TypeVar("Answer")
Key = tuple[RateLimitItemPerMinute, str, str]


class Failures:
    """The counts of one application."""

    def __init__(self, settings: Settings) -> None:
        most = settings.sign_in_failures_per_minute
        self._of_both = RateLimitItemPerMinute(most)
        self._of_address = RateLimitItemPerMinute(most * NAMES_AN_ADDRESS)
        self._of_name = RateLimitItemPerMinute(most * ADDRESSES_A_NAME)
        self._guard = GuardedRedis(settings)
        self._shared = MovingWindowRateLimiter(
            RedisStorage(
                settings.redis_url.replace("unix://", "redis+unix://", 1),
                connection_pool=self._guard.redis.connection_pool,
                key_prefix=f"{PREFIX}failures",
            )
        )
        self._own = MovingWindowRateLimiter(MemoryStorage())

    def check(self, username: str) -> None:
        """Raise `TooSoon` when one of the counts is full."""
        for key in self._keys(username):
            if not self._ask(MovingWindowRateLimiter.test, key):
                stats = self._ask(MovingWindowRateLimiter.get_window_stats, key)
                wait_seconds = math.ceil(stats.reset_time - time.time())
                raise TooSoon("Too many failed sign-ins.", retry_after_seconds=wait_seconds)

    def count(self, username: str) -> None:
        """One more."""
        for key in self._keys(username):
            self._ask(MovingWindowRateLimiter.hit, key)

    def _keys(self, username: str) -> tuple[Key, ...]:
        name = sha256(ascii(username).encode()).hexdigest()  # whatever was sent, of fixed length
        address = origin.counted_address()
        return (
            (self._of_both, address, name),
            (self._of_address, address, "any name"),
            (self._of_name, "any address", name),
        )

    def _ask(self, question: Callable[..., Answer], key: Key) -> Answer:
        shared = self._guard.ask(lambda _: question(self._shared, *key))
        return question(self._own, *key) if shared is None else shared


def init_app(app: Flask, settings: Settings) -> None:
    """Give the application its counts; connects on first use only."""
    app.extensions[EXTENSION] = Failures(settings)


@contextmanager
def limited(username: str) -> Iterator[None]:
    """Put around the check of a password: refuse it, or count it if it fails.

    Raises:
        TooSoon: too many have failed; the password is not even looked at.
    """
    failures = cast(Failures, current_app.extensions[EXTENSION])
    failures.check(username)
    try:
        yield
    except (WrongCredentials, WrongPassword):
        failures.count(username)
        raise

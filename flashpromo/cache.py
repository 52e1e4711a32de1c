"""What Redis may remember: lists that are still true, and promos that are taken. Never a grant.

Every remembered value carries the *stamps* that were current before it was read from the database.
A writer replaces the stamp just before its commit and again after it, so a value read in between
carries a stamp that is no longer current and is not believed. Stamps are random: a flushed Redis
cannot bring an old one back. Values live two seconds at most, the bound of the lie when Redis dies
between a commit and its stamp.

With Redis away or slow, a circuit breaker answers "nothing remembered" at once.
"""

import logging
import secrets
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, cast

from flask import Flask, current_app
from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry

from flashpromo import db
from flashpromo.config import Settings

log = logging.getLogger(__name__)

PREFIX: Final = "flashpromo:"
STAMP_LIFE_SECONDS: Final = 24 * 3600

TERMS: Final = "terms"
"""Stamp of everything a shopper sees of any promo: stores, products, segments, promos, runs."""


def client_stamp(client_id: int) -> str:
    """Stamp of what one client's own lists depend on: its place, its segments."""
    return f"client:{client_id}"


def units_stamp(promo_id: int) -> str:
    """Stamp of the free units of one promo."""
    return f"units:{promo_id}"


def members_stamp(user_id: int) -> str:
    """Stamp of the stores a user is a member of."""
    return f"members:{user_id}"


@dataclass(frozen=True)
class Reading:
    """One look into the cache: the value if it is still true, and what to store a new one under.

    `stamps` is None while Redis is away: nothing can be remembered then.
    """

    key: str
    value: bytes | None
    names: tuple[str, ...]
    stamps: tuple[bytes, ...] | None
    started: float


class Cache:
    """A Redis client for the request path: short timeouts, no retries, a circuit breaker."""

    def __init__(self, settings: Settings) -> None:
        timeout = settings.redis_timeout_ms / 1000
        self.redis: Redis = Redis.from_url(
            settings.redis_url,
            socket_timeout=timeout,
            socket_connect_timeout=timeout,
            retry=Retry(NoBackoff(), 0),
            retry_on_error=[],
        )
        self._pause_seconds = settings.redis_breaker_seconds
        self._closed_until = 0.0

    @property
    def available(self) -> bool:
        """False while the breaker is open."""
        return time.monotonic() >= self._closed_until

    def failed(self, error: RedisError) -> None:
        """Open the breaker: for a while nobody waits for a dead Redis again."""
        if self.available:
            log.warning("Redis does not answer, doing without it: %s", error)
        self._closed_until = time.monotonic() + self._pause_seconds


def init_app(app: Flask, settings: Settings) -> None:
    """Give the application its cache; connects on first use only."""
    app.extensions["flashpromo_cache"] = Cache(settings)


def current() -> Cache:
    """The cache of the current application."""
    return cast(Cache, current_app.extensions["flashpromo_cache"])


def look_up(key: str, stamps: Sequence[str]) -> Reading:
    """Look for `key`; its value counts only if every named stamp is still the one it carries."""
    names = tuple(stamps)
    started = time.monotonic()
    cache = current()
    if not cache.available:
        return Reading(key, None, names, None, started)
    try:
        found = cast(
            list[bytes | None],
            cache.redis.mget([PREFIX + key, *(f"{PREFIX}stamp:{name}" for name in names)]),
        )
        now_stamps = tuple(
            stamp if stamp is not None else _first_stamp(cache, name)
            for name, stamp in zip(names, found[1:], strict=True)
        )
    except RedisError as error:
        cache.failed(error)
        return Reading(key, None, names, None, started)
    return Reading(key, _if_current(found[0], now_stamps), names, now_stamps, started)


def remember(reading: Reading, value: bytes, life_seconds: float) -> None:
    """Store `value` under the stamps of `reading`, for `life_seconds` counted from that look."""
    cache = current()
    life_ms = int((life_seconds - (time.monotonic() - reading.started)) * 1000)
    if reading.stamps is None or life_ms <= 0 or not cache.available:
        return
    try:
        cache.redis.set(PREFIX + reading.key, b"\n".join((*reading.stamps, value)), px=life_ms)
    except RedisError as error:
        cache.failed(error)


def mark_stale(name: str) -> None:
    """Replace the stamp `name` around the commit of the open transaction."""
    db.around_commit(("stamp", name), lambda: _replace_stamp(name))


def _if_current(stored: bytes | None, stamps: tuple[bytes, ...]) -> bytes | None:
    if stored is None:
        return None
    *carried, value = stored.split(b"\n", len(stamps))
    return value if tuple(carried) == stamps else None


def _first_stamp(cache: Cache, name: str) -> bytes:
    fresh = _new_stamp()
    kept = cache.redis.set(
        f"{PREFIX}stamp:{name}", fresh, nx=True, get=True, ex=STAMP_LIFE_SECONDS
    )
    return cast(bytes, kept) if kept is not None else fresh


def _replace_stamp(name: str) -> None:
    cache = current()
    if not cache.available:
        return
    try:
        cache.redis.set(f"{PREFIX}stamp:{name}", _new_stamp(), ex=STAMP_LIFE_SECONDS)
    except RedisError as error:
        cache.failed(error)


def _new_stamp() -> bytes:
    return secrets.token_hex(8).encode()

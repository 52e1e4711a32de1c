"""What Redis may remember: lists that are still true, and promos that are taken. Never a grant.

Every remembered value carries the *stamps* that were current before it was read from the database.
A writer replaces the stamp just before its commit and again after it, so a value read in between
carries a stamp that is no longer current and is not believed. Stamps are random: a flushed Redis
cannot bring an old one back. Values live two seconds at most, the bound of the lie when Redis dies
between a commit and its stamp.

With Redis away or slow, a circuit breaker answers "nothing remembered" at once.
"""

import secrets
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, cast

from flask import Flask, current_app
from prometheus_client import Counter
from redis import Redis

from flashpromo import db
from flashpromo.config import Settings
from flashpromo.guarded_redis import PREFIX, GuardedRedis
from flashpromo.meters import instruments
from flashpromo.news import topic

STAMP_LIFE_SECONDS: Final = 24 * 3600

HIT, MISS, AWAY = "hit", "miss", "away"
_METERS: Final[dict[tuple[str, str], Counter]] = {}

TERMS: Final = topic.EVERYTHING
"""Stamp of everything a shopper sees of any promo: stores, products, segments, promos, runs."""


def client_stamp(client_id: int) -> str:
    """Stamp of what one client's own lists depend on: its place, its segments."""
    return f"{topic.CLIENT}:{client_id}"


def units_stamp(promo_id: int) -> str:
    """Stamp of the free units of one promo."""
    return f"{topic.UNITS}:{promo_id}"


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


def init_app(app: Flask, settings: Settings) -> None:
    """Give the application its cache; connects on first use only."""
    app.extensions["flashpromo_cache"] = GuardedRedis(settings, "cache")


def current() -> GuardedRedis:
    """The cache's Redis of the current application."""
    return cast(GuardedRedis, current_app.extensions["flashpromo_cache"])


def look_up(key: str, stamps: Sequence[str]) -> Reading:
    """Look for `key`; its value counts only if every named stamp is still the one it carries."""
    return look_up_all({key: stamps})[0]


def look_up_all(wanted: Mapping[str, Sequence[str]]) -> list[Reading]:
    """Look for several keys, each with the stamps that it depends on, in one round trip."""
    started = time.monotonic()
    found = current().ask(lambda redis: _read(redis, wanted))
    if found is None:
        _count(wanted, AWAY)
        return [Reading(key, None, tuple(names), None, started) for key, names in wanted.items()]
    values, present = found
    readings = []
    for key, names in wanted.items():
        stamps = tuple(present[name] for name in names)
        value = _if_current(values[key], stamps)
        _count((key,), MISS if value is None else HIT)
        readings.append(Reading(key, value, tuple(names), stamps, started))
    return readings


def remember(reading: Reading, value: bytes, life_seconds: float) -> None:
    """Store `value` under the stamps of `reading`, for `life_seconds` counted from that look."""
    stamps = reading.stamps
    life_ms = int((life_seconds - (time.monotonic() - reading.started)) * 1000)
    if stamps is not None and life_ms > 0:
        stored = b"\n".join((*stamps, value))
        current().ask(lambda redis: redis.set(PREFIX + reading.key, stored, px=life_ms))


def mark_stale(name: str) -> None:
    """Replace the stamp `name` around the commit of the open transaction, and tell of it."""
    db.around_commit(("stamp", name), lambda: _replace_stamp(name))
    tell(name)


def tell(name: str) -> None:
    """After the commit, let pages look again at what `name` stands for.

    By itself for what no list remembers: a unit that is taken, a message that is read.
    """
    db.together_after_commit(_publish, name)


def _read(
    redis: Redis, wanted: Mapping[str, Sequence[str]]
) -> tuple[dict[str, bytes | None], dict[str, bytes]]:
    """What is stored, and the present stamps; one round trip unless a stamp is missing."""
    names = list(dict.fromkeys(name for stamps in wanted.values() for name in stamps))
    keys = [*(PREFIX + key for key in wanted), *map(_stamp_key, names)]
    found = cast(list[bytes | None], redis.mget(keys))
    values, stamps = found[: len(wanted)], found[len(wanted) :]
    present = {
        name: stamp if stamp is not None else _first_stamp(redis, name)
        for name, stamp in zip(names, stamps, strict=True)
    }
    return dict(zip(wanted, values, strict=True)), present


def _if_current(stored: bytes | None, stamps: tuple[bytes, ...]) -> bytes | None:
    if stored is None:
        return None
    *carried, value = stored.split(b"\n", len(stamps))
    return value if tuple(carried) == stamps else None


def _first_stamp(redis: Redis, name: str) -> bytes:
    fresh = _new_stamp()
    kept = redis.set(_stamp_key(name), fresh, nx=True, get=True, ex=STAMP_LIFE_SECONDS)
    return cast(bytes, kept) if kept is not None else fresh


def _replace_stamp(name: str) -> None:
    stamp = _new_stamp()
    current().ask(lambda redis: redis.set(_stamp_key(name), stamp, ex=STAMP_LIFE_SECONDS))


def _stamp_key(name: str) -> str:
    return f"{PREFIX}stamp:{name}"


def _publish(names: Sequence[str]) -> None:
    message = topic.changed(list(dict.fromkeys(names)))
    current().ask(lambda redis: redis.publish(topic.topic_of(redis), message))


def _count(keys: Iterable[str], outcome: str) -> None:
    """A key's name is what stands before its colon: the rest says whose it is."""
    for key in keys:
        name = key.partition(":")[0]
        meter = _METERS.get((name, outcome))
        if meter is None:
            meter = _METERS[name, outcome] = instruments.CACHE_LOOKUPS.labels(name, outcome)
        meter.inc()


def _new_stamp() -> bytes:
    return secrets.token_hex(8).encode()

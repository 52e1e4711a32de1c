"""Ringing: enqueue a job once the change that asks for it has been committed."""

from collections.abc import Callable, Mapping
from typing import cast

from flask import Flask, current_app
from redis import Redis

from flashpromo import db, logs
from flashpromo.config import Settings
from flashpromo.guarded_redis import PREFIX, GuardedRedis
from flashpromo.queueing import cause as causes
from flashpromo.queueing.job import AllowListedJob, Handler, enqueue
from flashpromo.queueing.names import QUEUE_OF, subject

BELL = "flashpromo_bell"
RING_AGAIN_SECONDS = 3


def init_app(app: Flask, settings: Settings, handlers: Mapping[str, Handler]) -> None:
    """Bind the allow-list to the handlers.

    Raises:
        ValueError: when a name has no handler, or a handler no name.
    """
    if set(handlers) != set(QUEUE_OF):
        raise ValueError(f"jobs without a match: {set(handlers) ^ set(QUEUE_OF)}")
    AllowListedJob.handlers = dict(handlers)
    app.extensions[BELL] = GuardedRedis(settings, "bell")


def ring(name: str, *ids: int) -> None:
    """After the commit: enqueue the job `name`; if Redis is away, the sweep will find the work."""
    cause = causes.present()
    db.after_commit(lambda: on_redis(lambda redis: enqueue(redis, name, *ids, cause=cause)))


def ring_now(name: str, *ids: int) -> bool:
    """Enqueue at once, outside of a transaction; False when Redis is away."""
    cause = causes.present()
    return on_redis(lambda redis: enqueue(redis, name, *ids, cause=cause))


def ring_again(name: str, promo_id: int) -> bool:
    """Ring for work that seems to be lost, but not more than once in a few seconds.

    Returns:
        False when Redis is away.
    """
    key = f"{PREFIX}rung:{name}:{promo_id}"

    def ring_unless_rung(redis: Redis) -> None:
        if redis.set(key, b"1", nx=True, ex=RING_AGAIN_SECONDS):
            enqueue(redis, name, promo_id, cause=causes.present())

    return on_redis(ring_unless_rung)


def perform(name: str, *args: int) -> None:
    """Do the job here and now: for the sweep, when no worker does."""
    with logs.bound(job=name, **subject(name, args)):
        AllowListedJob.handlers[name](*args)


def on_redis(action: Callable[[Redis], object]) -> bool:
    """Run `action` behind a circuit breaker; False when Redis is away.

    The breaker is the bell's own: a request that finds the cache dead may still try to ring once.
    """
    bell = cast(GuardedRedis, current_app.extensions[BELL])
    bell.ask(action)
    return bell.available

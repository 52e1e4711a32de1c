"""Whether all is well: every sign of it, looked at in one moment."""

import time
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from redis import Redis

from flashpromo import cache, config
from flashpromo.notify.channels import registry
from flashpromo.operations import facts, queues, traces
from flashpromo.operations.signs import (
    DatabaseState,
    Deliveries,
    Partitions,
    Queueing,
    RedisState,
    Schedulers,
    Starts,
    Verdict,
    worst,
)
from flashpromo.promos import runs
from flashpromo.queueing import board


@dataclass(frozen=True)
class Health:
    """Everything that was looked at, at one moment."""

    now: datetime
    schedulers: Schedulers
    starts: Starts
    deliveries: Deliveries
    queues: Queueing
    partitions: Partitions
    redis: RedisState
    database: DatabaseState

    @property
    def verdict(self) -> Verdict:
        """The worst of all."""
        signs: tuple[Any, ...] = (self.schedulers, self.starts, self.deliveries, self.queues)
        signs = (*signs, self.partitions, self.redis, self.database)
        return worst([each.verdict for each in signs])


def look(now: datetime) -> Health:
    """Look at everything; without Redis too, and within a moment."""
    channels = [each.name for each in registry.channels(config.current())]
    return Health(
        now=now,
        schedulers=schedulers(now),
        starts=Starts(runs.due(now), facts.activations(now), now),
        deliveries=Deliveries(facts.backlog(now), channels, now),
        queues=Queueing(queues.tally(now), now),
        partitions=Partitions(facts.weeks(), now.date()),
        redis=redis_state(),
        database=DatabaseState(facts.database()),
    )


def schedulers(now: datetime) -> Schedulers:
    """The scheduler processes, for whoever asks for nothing else."""
    return Schedulers(traces.of_all(now))


def redis_state() -> RedisState:
    """Whether Redis answers, how fast, and how full it is."""
    return board.look(_redis_state) or RedisState(None)


def _redis_state(redis: Redis) -> RedisState:
    began = time.monotonic()
    redis.ping()
    answered_ms = (time.monotonic() - began) * 1000
    memory: dict[str, Any] = redis.info("memory")
    return RedisState(
        answered_ms,
        used_bytes=int(memory.get("used_memory", 0)),
        most_bytes=int(memory.get("maxmemory", 0)),
        is_avoided=not cache.current().available,
    )

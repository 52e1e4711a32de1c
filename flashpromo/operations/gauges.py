"""How things stand, in numbers for Prometheus: what waits, since when, who is there.

Everything is read at the moment of a scrape, by the small questions that health asks too, each of
them answered from an index: the cost does not grow with the clients. What cannot be read is left
out, and `flashpromo_metrics_part_up` says so.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from prometheus_client.core import GaugeMetricFamily
from redis import Redis

from flashpromo import config
from flashpromo.letters import waiting as letters
from flashpromo.notify.channels import registry
from flashpromo.operations import facts, traces
from flashpromo.operations.queues import is_silent
from flashpromo.promos import runs
from flashpromo.queueing import board, crew
from flashpromo.queueing.board import Line
from flashpromo.queueing.crew import SeenWorker
from flashpromo.queueing.names import QUEUES
from flashpromo.tallies.series import DELIVERIES, DELIVERIES_ORDERED

Tallies = Mapping[str, Mapping[tuple[str, ...], float]]
Sample = tuple[tuple[str, ...], float]


@dataclass(frozen=True)
class Gauge:
    """What is told under a name."""

    name: str
    meaning: str
    labels: tuple[str, ...] = ()

    def of(self, *samples: Sample) -> GaugeMetricFamily:
        """The family of these values, by their labels."""
        family = GaugeMetricFamily(self.name, self.meaning, labels=self.labels)
        for labels, value in samples:
            family.add_metric(labels, value)
        return family


PROMOS_DUE: Final = Gauge("flashpromo_promos_due", "Promos that should be active by now.")
PROMOS_DUE_AGE: Final = Gauge(
    "flashpromo_promos_due_oldest_seconds", "For how long the first of them has been due."
)
PENDING: Final = Gauge(
    "flashpromo_deliveries_pending",
    "Deliveries that were ordered and are not over yet, by the tallies of both.",
    ("channel",),
)
PENDING_AGE: Final = Gauge(
    "flashpromo_deliveries_oldest_seconds",
    "For how long the first of them has been due.",
    ("channel",),
)
LETTERS: Final = Gauge("flashpromo_letters_waiting", "Letters that wait to be sent, up to 10,000.")
LETTERS_AGE: Final = Gauge(
    "flashpromo_letters_oldest_seconds", "For how long the first of them has waited."
)
LETTERS_FAILED: Final = Gauge("flashpromo_letters_failed", "Letters that failed in the last day.")
DAYS_AHEAD: Final = Gauge(
    "flashpromo_partition_days_ahead", "For how many days there is a place for notifications."
)
ASTRAY: Final = Gauge("flashpromo_partition_astray", "1 when rows have landed in DEFAULT.")
DATABASE_BYTES: Final = Gauge("flashpromo_database_bytes", "The size of the database.")
CONNECTIONS: Final = Gauge("flashpromo_database_connections", "Connections to the server.")
MOST_CONNECTIONS: Final = Gauge(
    "flashpromo_database_connections_most", "How many it takes altogether."
)
LONGEST: Final = Gauge(
    "flashpromo_database_longest_transaction_seconds", "The age of the oldest open transaction."
)
SCHEDULERS: Final = Gauge("flashpromo_schedulers", "Schedulers that were heard of lately.")
SCHEDULER_AGE: Final = Gauge(
    "flashpromo_scheduler_trace_age_seconds", "How long ago a scheduler left a trace; day at most."
)
ROUND_LAG: Final = Gauge(
    "flashpromo_round_lag_seconds",
    "How much later than it should a round of the scheduler was: the sweep's lag. Of several"
    " schedulers that of the best.",
    ("round",),
)
ROUND_FAILING: Final = Gauge(
    "flashpromo_round_failing", "1 when a round fails in every scheduler.", ("round",)
)
QUEUE: Final = Gauge(
    "flashpromo_queue_jobs",
    "Jobs of a queue: waiting, or on one of its shelves (wip, failed, deferred, scheduled).",
    ("queue", "state"),
)
QUEUE_AGE: Final = Gauge(
    "flashpromo_queue_oldest_seconds", "For how long the first job has waited.", ("queue",)
)
WORKERS: Final = Gauge("flashpromo_workers", "Workers that serve a queue.", ("queue",))
REDIS_BYTES: Final = Gauge("flashpromo_redis_bytes", "What Redis holds.")
REDIS_MOST: Final = Gauge("flashpromo_redis_bytes_most", "What it may hold; 0 without a limit.")

NO_TRACE_SECONDS: Final = traces.FORGET_AFTER.total_seconds()


def of_database(now: datetime, tallies: Tallies) -> Iterator[GaugeMetricFamily]:
    """What PostgreSQL knows, and what the tallies say together; raises SQLAlchemyError."""
    due = runs.due(now)
    yield PROMOS_DUE.of(((), len(due)))
    yield PROMOS_DUE_AGE.of(((), _oldest((since for _, since in due), now)))
    names = [each.name for each in registry.channels(config.current())]
    since = facts.oldest(now)
    ages = {each: _oldest([since[each]] if each in since else [], now) for each in {*names, *since}}
    yield PENDING_AGE.of(*(((name,), age) for name, age in sorted(ages.items())))
    yield PENDING.of(*_pending(tallies, names))
    yield from _letters(now)
    weeks = facts.weeks()
    yield DAYS_AHEAD.of(((), (weeks.until - now.date()).days if weeks.until else 0))
    yield ASTRAY.of(((), float(weeks.astray)))
    yield from _server()
    yield from _schedulers(traces.of_all(now))


def of_redis(redis: Redis, now: datetime) -> list[GaugeMetricFamily]:
    """What Redis knows; raises RedisError."""
    lines, workers = board.lines(redis), crew.workers(redis)
    memory: dict[str, Any] = redis.info("memory")
    heads = {each.name: each.oldest.at if each.oldest else None for each in lines}
    return [
        QUEUE.of(*(sample for each in lines for sample in _states(each))),
        QUEUE_AGE.of(*(((name,), _oldest([at] if at else [], now)) for name, at in heads.items())),
        WORKERS.of(*(((name,), _serving(name, workers, now)) for name in QUEUES)),
        REDIS_BYTES.of(((), float(memory.get("used_memory", 0)))),
        REDIS_MOST.of(((), float(memory.get("maxmemory", 0)))),
    ]


def _pending(tallies: Tallies, names: Iterable[str]) -> Iterator[Sample]:
    ordered = {part[0]: value for part, value in tallies.get(DELIVERIES_ORDERED.name, {}).items()}
    for name in sorted({*names, *ordered}):
        parts = tallies.get(DELIVERIES.name, {}).items()
        over = sum(value for part, value in parts if part[0] == name)
        yield (name,), max(0.0, ordered.get(name, 0.0) - over)


def _letters(now: datetime) -> Iterator[GaugeMetricFamily]:
    found = letters.look(now)
    yield LETTERS.of(((), found.count))
    yield LETTERS_AGE.of(((), _oldest([found.since] if found.since else [], now)))
    yield LETTERS_FAILED.of(((), found.failed))


def _server() -> Iterator[GaugeMetricFamily]:
    found = facts.database()
    yield DATABASE_BYTES.of(((), found.size_bytes))
    yield CONNECTIONS.of(((), found.connections))
    yield MOST_CONNECTIONS.of(((), found.most_connections))
    yield LONGEST.of(((), found.longest.total_seconds()))


def _schedulers(found: list[traces.Trace]) -> Iterator[GaugeMetricFamily]:
    """Rounds are told of those that are alive: which round lags matters, not in which process."""
    alive = [each for each in found if each.is_alive]
    yield SCHEDULERS.of(((), len(alive)))
    silent = min((each.silent_seconds for each in found), default=NO_TRACE_SECONDS)
    yield SCHEDULER_AGE.of(((), silent))
    lags: dict[str, float] = {}
    failing: dict[str, float] = {}
    for each in (each for trace in alive for each in trace.rounds):
        lags[each.name] = min(lags.get(each.name, each.lag_seconds), each.lag_seconds)
        failing[each.name] = min(failing.get(each.name, 1.0), float(bool(each.error)))
    yield ROUND_LAG.of(*(((name,), value) for name, value in sorted(lags.items())))
    yield ROUND_FAILING.of(*(((name,), value) for name, value in sorted(failing.items())))


def _states(line: Line) -> list[Sample]:
    return [
        ((line.name, "waiting"), line.waiting),
        *(((line.name, str(shelf)), count) for shelf, count in line.shelves.items()),
    ]


def _serving(queue: str, workers: Iterable[SeenWorker], now: datetime) -> int:
    return sum(queue in each.queues and not is_silent(each, now) for each in workers)


def _oldest(moments: Iterable[datetime], now: datetime) -> float:
    return max((0.0, *((now - each).total_seconds() for each in moments)))

"""All that Prometheus is told, as one page: the meters of the processes, the tallies, the gauges.

Whatever asks how often, the database is asked once in some seconds by one process, within a bound,
and never when the pool is nearly empty: to look must not make worse what one looks at.
"""

import logging
import platform
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from threading import Lock
from typing import Any, Final, cast

from flask import Flask, current_app
from prometheus_client import REGISTRY, CollectorRegistry, generate_latest
from prometheus_client.core import (
    CounterMetricFamily,
    HistogramMetricFamily,
    Metric,
)
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector
from sqlalchemy.exc import SQLAlchemyError

from flashpromo.db import app_now, db, transaction
from flashpromo.meters import folder
from flashpromo.operations import gauges
from flashpromo.operations.release import RELEASE
from flashpromo.queueing import board
from flashpromo.tallies import counting
from flashpromo.tallies.series import DISTRIBUTIONS, TOTALS

log = logging.getLogger(__name__)

EXTENSION: Final = "flashpromo_standing"
KEPT_SECONDS: Final = 5.0
LONGEST_SECONDS: Final = 2
PART_UP: Final = gauges.Gauge(
    "flashpromo_metrics_part_up", "1 when this part could be read, else it is left out.", ("part",)
)
BUILD: Final = gauges.Gauge("flashpromo_build_info", "What runs here.", ("version", "python"))


@dataclass
class Standing:
    """What was read last, kept for a few seconds."""

    families: Sequence[Metric] = ()
    until: float = 0.0
    lock: Lock = field(default_factory=Lock)


class _Families(Collector):
    """Families that were read before, as a collector."""

    def __init__(self, families: Sequence[Metric]) -> None:
        self._families = families

    def collect(self) -> Iterator[Metric]:
        yield from self._families


def init_app(app: Flask) -> None:
    """Give the application its place for what was read last."""
    app.extensions[EXTENSION] = Standing()


def page() -> bytes:
    """The whole page, in Prometheus' text format."""
    return of_service() + _of_processes()  # in this order: the look is counted too


def of_service() -> bytes:
    """What is the same whichever process is asked."""
    registry = CollectorRegistry()
    registry.register(_Families(standing()))
    return generate_latest(registry)


def standing() -> Sequence[Metric]:
    """What the database and Redis know, at most some seconds old."""
    kept = cast(Standing, current_app.extensions[EXTENSION])
    with kept.lock:
        if time.monotonic() >= kept.until:
            kept.families = tuple(_look())
            kept.until = time.monotonic() + KEPT_SECONDS
        return kept.families


def _look() -> Iterator[Metric]:
    in_database = _of_database()
    yield from in_database or ()
    in_redis = board.look(lambda redis: gauges.of_redis(redis, datetime.now(UTC)))
    yield from in_redis or ()
    parts = {"database": in_database is not None, "redis": in_redis is not None}
    yield PART_UP.of(*(((name,), float(is_up)) for name, is_up in parts.items()))
    yield BUILD.of(((RELEASE, platform.python_version()), 1.0))


def _of_database() -> Sequence[Metric] | None:
    pool: Any = db.engine.pool
    if pool.checkedout() >= pool.size():  # what is left is for those who came before
        return None
    try:
        with transaction(timeout_seconds=LONGEST_SECONDS):
            tallies = counting.read()
            return [*_tallies(tallies), *gauges.of_database(app_now(), tallies)]
    except SQLAlchemyError as error:
        log.warning("the database is not measured: %s", type(error).__name__)
        return None


def _tallies(found: gauges.Tallies) -> Iterator[Metric]:
    for total in TOTALS:
        counter = CounterMetricFamily(total.name, total.meaning, labels=total.labels)
        parts = found.get(total.name, {} if total.labels else {("",): 0.0})
        for part, value in sorted(parts.items()):
            counter.add_metric(part if total.labels else (), value)
        yield counter
    for each in DISTRIBUTIONS:
        histogram = HistogramMetricFamily(each.name, each.meaning, labels=each.labels)
        for labels, seen in counting.seen(each, found.get(each.name, {})).items():
            histogram.add_metric(labels, seen.buckets, seen.sum)
        yield histogram


def _of_processes() -> bytes:
    shared = folder.shared()
    if shared is None:
        return generate_latest(REGISTRY)
    folder.forget_dead(shared)
    registry = CollectorRegistry()
    MultiProcessCollector(registry, path=str(shared))  # type: ignore[no-untyped-call]
    return generate_latest(registry)

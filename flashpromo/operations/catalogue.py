"""The list of all metrics, from where they are made: the documents are held to it."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from prometheus_client import Counter, Gauge, Histogram

from flashpromo.meters import instruments, live
from flashpromo.operations import exposition, gauges
from flashpromo.tallies.series import DISTRIBUTIONS, TOTALS


@dataclass(frozen=True)
class Metric:
    """One name as Prometheus sees it; `source` is process, tally, look or live."""

    name: str
    kind: str
    labels: tuple[str, ...]
    source: str
    meaning: str

    @property
    def samples(self) -> frozenset[str]:
        """The names under which its values are found."""
        parts = ("_bucket", "_count", "_sum") if self.kind == "histogram" else ("",)
        return frozenset(f"{self.name}{part}" for part in parts)


def everything() -> list[Metric]:
    """All metrics, by name."""
    return sorted([*_meters(), *_tallies(), *_looks(), *_live()], key=lambda each: each.name)


def _meters() -> Iterator[Metric]:
    for each in vars(instruments).values():
        if isinstance(each, Counter | Gauge | Histogram):
            (family,) = each.describe()
            suffix = "_total" if family.type == "counter" else ""
            labels = tuple(each._labelnames)  # noqa: SLF001 - nothing public tells them
            name = f"{family.name}{suffix}"
            yield Metric(name, family.type, labels, "process", family.documentation)


def _tallies() -> Iterator[Metric]:
    for total in TOTALS:
        yield Metric(total.name, "counter", total.labels, "tally", total.meaning)
    for each in DISTRIBUTIONS:
        yield Metric(each.name, "histogram", each.labels, "tally", each.meaning)


def _looks() -> Iterator[Metric]:
    looked_at: list[Any] = [*vars(gauges).values(), exposition.PART_UP, exposition.BUILD]
    for each in looked_at:
        if isinstance(each, gauges.Gauge):
            yield Metric(each.name, "gauge", each.labels, "look", each.meaning)


def _live() -> Iterator[Metric]:
    for each in live.EVERYTHING:
        yield Metric(each.name, "gauge", (), "live", each.meaning)

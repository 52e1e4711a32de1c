"""What a live process tells of itself when it is asked; nothing is counted between two looks."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector


@dataclass(frozen=True)
class Told:
    """A gauge without labels."""

    name: str
    meaning: str


LISTENERS: Final = Told("flashpromo_live_listeners", "Pages that listen to a live process.")
MOST_LISTENERS: Final = Told("flashpromo_live_listeners_most", "How many may listen to it.")
HEARS: Final = Told("flashpromo_live_hears", "1 while it hears what is published in Redis.")
EVERYTHING: Final = (LISTENERS, MOST_LISTENERS, HEARS)


class _Values(Collector):
    def __init__(self, values: dict[Told, float]) -> None:
        self._values = values

    def collect(self) -> Iterator[GaugeMetricFamily]:
        for told, value in self._values.items():
            yield GaugeMetricFamily(told.name, told.meaning, value=value)


def page(values: dict[Told, float]) -> bytes:
    """The values in Prometheus' text format."""
    registry = CollectorRegistry()
    registry.register(_Values(values))
    return generate_latest(registry)

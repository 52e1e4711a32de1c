"""How much is measured: how often, how long, and at which sizes. All of it is bounded."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Effort:
    """Of one run.

    Attributes:
        rounds: of works of milliseconds, taken in turn.
        repeats: of loads and of works of seconds, taken in turn.
        seconds: that one load lasts.
        starts: promos that start by themselves, one after the other.
        told: clients whom one start is to tell, and deliveries of one channel.
        imported: clients of one import.
        running: promos that run beside those of the town while lists and holds are asked for.
        sizes: numbers of clients at which the growth is looked at.
        offers: numbers of running promos at which it is looked at.
        year: notifications after a year.
    """

    rounds: int
    repeats: int
    seconds: int
    starts: int
    told: int
    imported: int
    running: int
    sizes: tuple[int, ...]
    offers: tuple[int, ...]
    year: int


WHOLE = Effort(
    rounds=12,
    repeats=3,
    seconds=4,
    starts=100,
    told=10_000,
    imported=100_000,
    running=1_000,
    sizes=(10_000, 100_000, 1_000_000, 5_000_000),
    offers=(100, 1_000, 10_000, 100_000),
    year=30_000_000,
)
QUICK = Effort(
    rounds=2,
    repeats=1,
    seconds=1,
    starts=3,
    told=1_000,
    imported=5_000,
    running=1_000,
    sizes=(10_000, 40_000),
    offers=(100, 1_000),
    year=100_000,
)

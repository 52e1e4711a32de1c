"""Measuring several works in turn: each round runs all of them once, so none has a quieter time."""

from collections.abc import Callable, Mapping
from time import perf_counter

from bench.figures import Samples

Work = Callable[[], float]
"""Does the work once; the milliseconds that it took, as far as they count."""

WARM_UPS = 2


def in_turn(
    works: Mapping[str, Work], rounds: int, *, warm_ups: int = WARM_UPS
) -> dict[str, Samples]:
    """Run every work `rounds` times after some warming up; the samples of each by its name."""
    taken: dict[str, list[float]] = {name: [] for name in works}
    for number in range(warm_ups + rounds):
        for name, work in works.items():
            milliseconds = work()
            if number >= warm_ups:
                taken[name].append(milliseconds)
    return {name: Samples(values) for name, values in taken.items()}


def timed(call: Callable[[], object]) -> float:
    """The milliseconds of one call."""
    start = perf_counter()
    call()
    return (perf_counter() - start) * 1000

"""A figure: what was measured, against what, and whether the goal is met."""

import json
import statistics
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Final

TIMES: Final = ("ms", "s", "µs")


@dataclass(frozen=True)
class Samples:
    """The same work measured several times, all in one unit; milliseconds where none is named."""

    values: Sequence[float]

    @property
    def median(self) -> float:
        """The middle one."""
        return statistics.median(self.values)

    @property
    def p95(self) -> float:
        """What 19 of 20 stay below."""
        ordered = sorted(self.values)
        return ordered[min(len(ordered) - 1, round(0.95 * len(ordered)))]

    @property
    def p99(self) -> float:
        """What 99 of 100 stay below; the worst one, of fewer."""
        ordered = sorted(self.values)
        return ordered[min(len(ordered) - 1, int(0.99 * len(ordered)))]

    @property
    def spread(self) -> float:
        """Half the distance between the quartiles: so near to the middle is half of them."""
        if len(self.values) < 2:
            return 0.0
        low, _, high = statistics.quantiles(self.values, n=4, method="inclusive")
        return (high - low) / 2


@dataclass(frozen=True)
class Figure:
    """One line of the result.

    `ratio` is the value divided by that of `against`. `goal` is the most that is wanted, or with
    `at_least` the least, of the value or, where `is_ratio`, of the ratio; None where nothing is
    promised. `cause` says why a goal is missed.
    """

    name: str
    value: float | None
    unit: str
    ratio: float | None = None
    against: str | None = None
    goal: float | None = None
    is_ratio: bool = False
    cause: str | None = None
    samples: Samples | None = None
    at_least: bool = False

    @property
    def ok(self) -> bool:
        """Whether it was measured, and the goal, if there is one, is met."""
        judged = self.ratio if self.is_ratio else self.value
        if judged is None or self.goal is None:
            return judged is not None or self.value is not None
        return judged >= self.goal if self.at_least else judged <= self.goal

    @property
    def wanted(self) -> str | None:
        """The goal in words."""
        if self.goal is None:
            return None
        sign = "≥" if self.at_least else "≤"
        unit = f"times {self.against}" if self.is_ratio else self.unit
        return f"{sign} {self.goal:g} {unit}"

    def explained(self, why: Callable[[], str]) -> "Figure":
        """The same figure; one that misses its goal with the cause that `why` finds."""
        return self if self.ok else replace(self, cause=why())

    def line(self) -> str:
        """The figure as one line of JSON.

        Raises:
            ValueError: a goal is missed and nobody has said why.
        """
        if not self.ok and not self.cause:
            raise ValueError(f"{self.name} misses its goal, and has no cause")
        told = {
            "name": self.name,
            "value": _rounded(self.value),
            "unit": self.unit,
            "ratio": _rounded(self.ratio),
            "against": self.against,
            "goal": self.wanted,
            "ok": self.ok,
            "cause": None if self.ok else self.cause,
        }
        return json.dumps(told, ensure_ascii=False)


def compared(
    name: str,
    samples: Samples,
    against: str,
    limit: Samples,
    *,
    unit: str = "ms",
    goal: float | None = None,
    at_least: bool = False,
) -> Figure:
    """The median of some samples as a ratio to that of a limit, which is told beside it."""
    told = f"{against} ({limit.median:,.{0 if limit.median >= 100 else 1}f} {unit})"
    ratio = samples.median / limit.median if limit.median else None
    return Figure(
        name, samples.median, unit, ratio, told, goal, True, samples=samples, at_least=at_least
    )


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 3)

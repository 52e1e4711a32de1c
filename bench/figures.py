"""A figure: what was measured, against what, and whether the goal is met."""

import json
import statistics
from collections.abc import Sequence
from dataclasses import asdict, dataclass


@dataclass(frozen=True)
class Samples:
    """The same work measured several times, in milliseconds."""

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
    def spread(self) -> float:
        """Half the distance between the quartiles: so near to the middle is half of them."""
        if len(self.values) < 2:
            return 0.0
        low, _, high = statistics.quantiles(self.values, n=4, method="inclusive")
        return (high - low) / 2


@dataclass(frozen=True)
class Figure:
    """One line of the result.

    `ratio` is the value divided by that of `against`. `goal` is the most that is wanted, of the
    value or, where `is_ratio`, of the ratio; None where nothing is promised. `cause` says why a
    goal is missed.
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

    @property
    def ok(self) -> bool:
        """Whether it was measured, and the goal, if there is one, is met."""
        judged = self.ratio if self.is_ratio else self.value
        return judged is not None and (self.goal is None or judged <= self.goal)

    @property
    def wanted(self) -> str | None:
        """The goal in words."""
        if self.goal is None:
            return None
        return (
            f"≤ {self.goal:g} times {self.against}"
            if self.is_ratio
            else f"≤ {self.goal:g} {self.unit}"
        )

    def line(self) -> str:
        """The figure as one line of JSON."""
        told = {
            **{name: _rounded(asdict(self)[name]) for name in ("name", "value", "unit")},
            "ratio": _rounded(self.ratio),
            "against": self.against,
            "goal": self.wanted,
            "ok": self.ok,
            "cause": None if self.ok else self.cause,
        }
        return json.dumps(told, ensure_ascii=False)


def _rounded(value: object) -> object:
    return round(value, 3) if isinstance(value, float) else value

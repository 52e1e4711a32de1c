"""Everything that a run has found out: tables of figures, plans, and the points of its plots.

Each is shown as soon as it is known; the document is written from all of them at the end.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from bench import report
from bench.figures import Figure


class Point(NamedTuple):
    """One point of a line in a plot."""

    plot: str
    line: str
    x: float
    y: float


@dataclass
class Notebook:
    """The results of one run, in their order."""

    tables: list[tuple[str, Sequence[Figure]]] = field(default_factory=list)
    plans: list[tuple[str, Sequence[str]]] = field(default_factory=list)
    points: list[Point] = field(default_factory=list)

    def show(self, title: str, figures: Sequence[Figure]) -> None:
        """Keep and show a table of figures."""
        self.tables.append((title, figures))
        report.show(title, figures)

    def show_plan(self, title: str, lines: Iterable[str]) -> None:
        """Keep and show how PostgreSQL does what a figure is held against."""
        kept = list(lines)
        self.plans.append((title, kept))
        report.show_plan(title, kept)

    def point(self, plot: str, line: str, x: float, y: float) -> None:
        """Keep a point of a plot."""
        self.points.append(Point(plot, line, x, y))

    @property
    def missed(self) -> list[Figure]:
        """Every figure that misses its goal."""
        return [each for _, figures in self.tables for each in figures if not each.ok]

"""The plots of the document: time and memory against size, as small SVG files.

The same points make the same bytes: ids are salted with a constant, and no date is written.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final, NamedTuple

import matplotlib as mpl
from matplotlib.figure import Figure as Canvas

from bench.notebook import Point

STYLE: Final[dict[Any, Any]] = {
    "svg.hashsalt": "flashpromo",
    "svg.fonttype": "none",
    "font.family": "sans-serif",
    "font.size": 10,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "grid.color": "#dddddd",
    "legend.frameon": False,
}
COLOURS: Final = ("#066fd1", "#d63939", "#2fb344", "#ae3ec9", "#f59f00")
MARKS: Final = ("o", "s", "^", "D", "v")


class Plot(NamedTuple):
    """What a plot says: its title, and the words at its axes."""

    title: str
    x: str
    y: str
    log_y: bool = False


PLOTS: Final[Mapping[str, Plot]] = {
    "cost-per-notification": Plot(
        "An activation that tells everybody", "clients told", "µs for each notification"
    ),
    "audience-and-peers": Plot("Who is within 2 km", "clients", "ms", log_y=True),
    "eligible-list": Plot(
        "The eligible list of one client", "running promos elsewhere", "ms", log_y=True
    ),
    "hold": Plot("Holding one unit", "running promos elsewhere", "ms"),
    "memory-of-processes": Plot("The largest process of each kind", "clients", "MB resident"),
}


def draw(points: Sequence[Point], folder: Path) -> list[str]:
    """Write every plot that has points; the names of those that were written."""
    folder.mkdir(parents=True, exist_ok=True)
    lines: dict[str, dict[str, list[Point]]] = defaultdict(lambda: defaultdict(list))
    for point in points:
        lines[point.plot][point.line].append(point)
    with mpl.rc_context(STYLE):
        for name, of_plot in lines.items():
            _write(PLOTS[name], of_plot, folder / f"{name}.svg")
    return [name for name in PLOTS if name in lines]


def _write(plot: Plot, lines: Mapping[str, Sequence[Point]], file: Path) -> None:
    canvas = Canvas(figsize=(7, 3.6), layout="constrained")
    axes = canvas.subplots()
    for number, (name, points) in enumerate(lines.items()):
        axes.plot(
            [point.x for point in points],
            [point.y for point in points],
            color=COLOURS[number % len(COLOURS)],
            marker=MARKS[number % len(MARKS)],
            label=name,
        )
    axes.set_xscale("log")
    if plot.log_y:
        axes.set_yscale("log")
    else:
        axes.set_ylim(bottom=0)
    axes.set_title(plot.title, loc="left")
    axes.set_xlabel(plot.x)
    axes.set_ylabel(plot.y)
    axes.legend()
    canvas.savefig(file, format="svg", metadata={"Date": None, "Creator": None})

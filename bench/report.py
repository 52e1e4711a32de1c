"""The figures for people, on standard error, and for programs, on standard output."""

import sys
from collections.abc import Iterable, Sequence

from rich.console import Console
from rich.table import Table

from bench.figures import TIMES, Figure

console = Console(stderr=True)


def say(what: str) -> None:
    """Tell who waits what is done now."""
    console.print(what, style="dim", highlight=False)


def show(title: str, figures: Sequence[Figure]) -> None:
    """Print a table of the figures, and each as a line of JSON."""
    table = Table(title=title, title_justify="left", header_style="bold")
    table.add_column("what")
    for column in ("median", "±", "p95", "ratio"):
        table.add_column(column, justify="right")
    for column in ("against", "goal", ""):
        table.add_column(column)
    for figure in figures:
        table.add_row(*_cells(figure))
    # Without a terminal nothing is cut off.
    (console if console.is_terminal else Console(stderr=True, width=160)).print(table)
    for missed in (figure for figure in figures if not figure.ok):
        say(f"{missed.name}: {missed.cause or 'above its goal'}")
    for figure in figures:
        sys.stdout.write(f"{figure.line()}\n")
    sys.stdout.flush()


def show_plan(title: str, lines: Iterable[str]) -> None:
    """Print how PostgreSQL does what a figure is held against."""
    say(f"{title}\n" + "\n".join(f"    {line}" for line in lines))


def _cells(figure: Figure) -> list[str]:
    value = "none" if figure.value is None else f"{figure.value:,.1f} {figure.unit}"
    samples = figure.samples
    return [
        figure.name,
        value,
        f"{samples.spread:,.1f}" if samples else "",
        f"{samples.p95:,.1f}" if samples and figure.unit in TIMES else "",
        f"{figure.ratio:.2f}" if figure.ratio is not None else "",
        figure.against or "",
        figure.wanted or "",
        "ok" if figure.ok else "[red]missed[/red]",
    ]

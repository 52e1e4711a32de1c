"""How the story is told: a line for each thing that happens, with its time, and its promises."""

from datetime import datetime
from typing import Any, Final

from rich.console import Console
from rich.table import Table

from flashpromo.cli.groups import output


class Broken(Exception):
    """A promise without which the story cannot go on was not kept."""


class Teller:
    """Prints a timeline relative to the promo's start, and keeps account of the promises."""

    def __init__(self) -> None:
        self._console: Final[Console] = output()
        self._start: datetime | None = None
        self.kept = 0
        self.broken: list[str] = []

    def act(self, title: str) -> None:
        """Begin a new act."""
        self._console.print(f"\n[bold]{title}[/bold]")

    def counts_from(self, start: datetime) -> None:
        """Times are told from here on as seconds from `start`."""
        self._start = start

    def say(self, text: str, at: datetime | None = None) -> None:
        """Tell something, with the time at which it happened."""
        when = ""
        if at is not None and self._start is not None:
            when = f"T{(at - self._start).total_seconds():+.3f} s"
        self._console.print(f"  {when:>12}  {text}")

    def promise(self, kept: bool, text: str) -> None:
        """Tell whether a promise was kept."""
        if kept:
            self.kept += 1
        else:
            self.broken.append(text)
        mark = "[green]kept[/green]" if kept else "[red]BROKEN[/red]"
        self._console.print(f"  {'':>12}  {mark}: {text}")

    def demand(self, kept: bool, text: str) -> None:
        """As `promise`; raises `Broken` when it was not, for nothing can follow."""
        self.promise(kept, text)
        if not kept:
            raise Broken(text)

    def table(self, columns: tuple[str, ...], rows: list[tuple[Any, ...]]) -> None:
        """Tell many things of one kind."""
        table = Table(*columns, box=None, pad_edge=False)
        for row in rows:
            table.add_row(*(str(cell) for cell in row))
        with self._console.capture() as drawn:
            self._console.print(table)
        # Without the blanks that fill the last column.
        for line in drawn.get().splitlines():
            self._console.print(f"  {line.rstrip()}")


def milliseconds(seconds: float) -> str:
    """A duration as a person reads it, 0.0123 as `12 ms`."""
    return f"{seconds * 1000:,.0f} ms"

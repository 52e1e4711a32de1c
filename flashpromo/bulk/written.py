"""Lines of a CSV file that goes out: what a spreadsheet would take for a formula stays words.

A text that begins like a formula gets a ' in front, as spreadsheets write it themselves. Numbers
are numbers: one below zero is no formula.
"""

import csv
from collections.abc import Iterable
from decimal import Decimal
from io import StringIO
from typing import Final

Cell = str | int | float | Decimal | None

FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\n")


def line(cells: Iterable[Cell]) -> str:
    """One line, with its end; nothing stands for None."""
    text = StringIO()
    csv.writer(text).writerow([harmless(cell) for cell in cells])
    return text.getvalue()


def harmless(cell: Cell) -> Cell:
    """A cell that no spreadsheet calculates."""
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(FORMULA) else cell

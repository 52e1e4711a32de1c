"""Files for spreadsheets: how they are sent, and with which marks whoever asks opens them."""

from collections.abc import Iterable, Iterator

from babel.numbers import get_decimal_symbol
from flask import Response, stream_with_context

from flashpromo.entrance import language

BOM = "\N{ZERO WIDTH NO-BREAK SPACE}"


def separator() -> str:
    """Between cells: a semicolon where the comma is that of decimals, as spreadsheets expect."""
    return ";" if get_decimal_symbol(language.here()) == "," else ","


def download(lines: Iterable[str], name: str) -> Response:
    """Send a file line by line; UTF-8 with the mark by which spreadsheets know it."""
    response = Response(stream_with_context(_marked(lines)), mimetype="text/csv")
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response


def _marked(lines: Iterable[str]) -> Iterator[str]:
    yield BOM
    yield from lines

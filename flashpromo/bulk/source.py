"""A file of rows as a stream of records, in memory no larger than one line.

One line is one record, in CSV too: a quoted cell cannot hold a line break. So a stray quote costs
its own line and not the rest of the file, and every complaint has a line number that an editor
shows. What makes the whole file doubtful (its encoding, its header) ends the bulk; what is wrong
with one line is that line's problem only.
"""

import csv
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import IO, Any, Final, Literal

from flashpromo.bulk.cells import BadRow, shown
from flashpromo.errors import BadRequest

MAX_LINE_BYTES: Final = 64 * 1024

Format = Literal["csv", "ndjson"]
Values = Mapping[str, object]
Record = tuple[int, Values | BadRow]
"""A line's number, and its values by column or what is wrong with the line as such."""


@dataclass(frozen=True)
class Columns:
    """What a row of a bulk may say.

    Attributes:
        names: all columns, or fields of a JSON object; others are unknown.
        keys: those by which a row is known: a CSV has at least one of them.
        number: what a fraction in JSON becomes, from its text.
    """

    names: tuple[str, ...]
    keys: tuple[str, ...] = ("external_id",)
    number: Callable[[str], object] = float


class UnreadableFile(BadRequest):
    """The file as a whole cannot be understood: nothing of it is imported."""

    code = "unreadable_file"
    title = "The file cannot be read."


def records(source: IO[bytes], columns: Columns, form: Format | None = None) -> Iterator[Record]:
    """The records of a CSV or NDJSON file, numbered by their line from 1.

    Args:
        source: bytes in UTF-8, with or without a byte order mark.
        columns: what they may say.
        form: how to read them; None looks at the first line, an object's `{` means NDJSON.

    Raises:
        UnreadableFile: empty, not UTF-8, no header, or a header that is wrong.
    """
    lines = _lines(source)
    first = next(lines, None)
    if first is None:
        raise UnreadableFile("The file is empty.")
    _, text = first
    if form is None:
        form = "ndjson" if isinstance(text, str) and text.startswith("{") else "csv"
    if form == "csv":
        header = _header(text, columns)
        return (_from_csv(number, text, header) for number, text in lines)
    decoder = json.JSONDecoder(parse_float=columns.number, parse_constant=columns.number)
    known = frozenset(columns.names)
    return (_from_json(number, text, decoder, known) for number, text in chain([first], lines))


def _lines(source: IO[bytes]) -> Iterator[tuple[int, str | BadRow]]:
    """Every line that is not blank; one that is too long is read past and not kept."""
    number = 0
    while raw := source.readline(MAX_LINE_BYTES + 1):
        number += 1
        if len(raw) > MAX_LINE_BYTES:
            _skip_to_end_of_line(source, raw)
            yield number, BadRow("line", f"is longer than {MAX_LINE_BYTES} bytes")
            continue
        try:
            text = raw.decode("utf-8-sig" if number == 1 else "utf-8").strip("\r\n")
        except UnicodeDecodeError as error:
            raise UnreadableFile(f"Line {number} is not UTF-8: {error.reason}.") from error
        if text.strip():
            yield number, text


def _skip_to_end_of_line(source: IO[bytes], raw: bytes) -> None:
    while raw and not raw.endswith(b"\n"):
        raw = source.readline(MAX_LINE_BYTES)


def _header(text: str | BadRow, columns: Columns) -> Sequence[str]:
    if isinstance(text, BadRow):
        raise UnreadableFile(f"The first line {text.reason}.")
    try:
        header = [name.strip().lower() for name in _cells(text)]
    except csv.Error as error:
        raise UnreadableFile(f"The header is not CSV: {error}.") from error
    if unknown := [name for name in header if name not in columns.names]:
        names = ", ".join(columns.names)
        raise UnreadableFile(f"Unknown columns {shown(unknown)}; the columns are {names}.")
    if len(set(header)) < len(header):
        raise UnreadableFile("A column stands twice in the header.")
    if not set(columns.keys) & set(header):
        raise UnreadableFile(f"The column {' or '.join(columns.keys)} is missing.")
    return header


def _from_csv(number: int, text: str | BadRow, header: Sequence[str]) -> Record:
    if isinstance(text, BadRow):
        return number, text
    try:
        cells = _cells(text)
    except csv.Error as error:
        return number, BadRow("line", f"is not CSV: {error}")
    if len(cells) != len(header):
        return number, BadRow("line", f"has {len(cells)} cells, the header has {len(header)}")
    return number, dict(zip(header, cells, strict=True))


def _cells(text: str) -> list[str]:
    """A line without quotes needs no parser: half of a bulk's reading time."""
    if '"' not in text:
        return text.split(",")
    (cells,) = csv.reader((text,), strict=True)
    return cells


def _from_json(
    number: int, text: str | BadRow, decoder: json.JSONDecoder, known: frozenset[str]
) -> Record:
    if isinstance(text, BadRow):
        return number, text
    try:
        found: Any = decoder.decode(text)
    except (ValueError, RecursionError):
        return number, BadRow("line", "is not a JSON object")
    if not isinstance(found, Mapping):
        return number, BadRow("line", "is not a JSON object")
    if not found.keys() <= known:
        unknown = min(found.keys() - known)
        return number, BadRow("line", f"has the unknown field {shown(unknown)}", found)
    return number, found

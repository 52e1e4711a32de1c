"""A file of products as a page takes it: chosen or pasted, read by the habits of its sender."""

from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Final

from babel import Locale
from flask import request

from flashpromo.bulk import sheet
from flashpromo.bulk.cells import BadRow
from flashpromo.bulk.sheet import Sheet
from flashpromo.bulk.source import Record, UnreadableFile
from flashpromo.console import import_words, numerals
from flashpromo.errors import InvalidFields
from flashpromo.market.models import MAX_IMPORT_BYTES, ProductImport

SHOWN_SIGNS: Final = 40
FILE: Final = "file"
TEXT: Final = "text"
MOST_ROWS: Final = 20_000
"""A person looks at these; more come from programs, by the API's own way for crowds."""


def sent() -> tuple[str, bytes]:
    """The name and the content of what was chosen, or pasted.

    Raises:
        InvalidFields: nothing, too much, or no table.
    """
    chosen, pasted = request.files.get(FILE), request.form.get(TEXT, "")
    where, name = (FILE, chosen.filename or "") if chosen and chosen.filename else (TEXT, "")
    content = (
        chosen.stream.read(MAX_IMPORT_BYTES + 1)
        if chosen and where == FILE
        else pasted.encode("utf-8", "replace")
    )
    if where == TEXT and not pasted.strip():
        raise InvalidFields({FILE: "Choose a file, or paste its lines below."})
    if len(content) > MAX_IMPORT_BYTES:
        raise InvalidFields({where: f"May have at most {MAX_IMPORT_BYTES // 1024**2} MB."})
    try:
        _demand_few(read(content))
    except UnreadableFile as error:
        raise InvalidFields({where: error.detail}) from error
    return name, content


def read(content: bytes) -> Sheet:
    """The table in a file; raises `UnreadableFile` when there is none."""
    return sheet.read(content, import_words.NAMES, key="external_id")


def records(kept: ProductImport) -> Iterator[Record]:
    """The rows of a file that waits, its prices read by the locale that it was sent in."""
    locale = Locale.parse(kept.locale)
    for line, values in read(kept.content).records():
        yield line, values if isinstance(values, BadRow) else _with_price(values, locale)


def left_out(kept: ProductImport) -> list[str]:
    """The headings of columns that are not read, and might have been meant to be."""
    headings = read(kept.content).left_out
    return [each for each in headings if sheet.folded(each) not in import_words.QUIET]


def _with_price(values: Mapping[str, object], locale: Locale) -> Mapping[str, object] | BadRow:
    written = str(values.get("regular_price") or "").strip()
    if not written:
        return values
    amount = numerals.amount(written, locale)
    if amount is None:
        short = "".join(sign for sign in written[:SHOWN_SIGNS] if sign.isprintable())
        return BadRow("regular_price", f"“{short}” is not a number", values)
    return {**values, "regular_price": amount}


def _demand_few(table: Sheet) -> None:
    if next(islice(table.records(), MOST_ROWS, None), None) is not None:
        raise UnreadableFile(f"At most {MOST_ROWS} products can be imported at once.")

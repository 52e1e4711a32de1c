"""Files of spreadsheets, as people save and open them; programs have the stricter `bulk.source`.

Read are commas, semicolons and tabs, with or without a byte order mark, quoted line breaks too, and
names of columns in any of their spellings. Columns that mean nothing here are left out, and named,
so that a slip in a heading does not go unseen.

A spreadsheet takes a cell that begins with one of `FORMULA` for a formula, and carries it out. Such
a cell is written with an apostrophe before it, and one apostrophe of such a cell is taken off again
when it is read: what goes out and comes back is the same, whatever it was.
"""

import codecs
import csv
import io
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from flashpromo.bulk.cells import BadRow
from flashpromo.bulk.source import Record, UnreadableFile

FORMULA: Final = re.compile("'*[=+\\-@\t\r\n\uff1d\uff0b\uff0d\uff20]")
"""How a cell begins that a spreadsheet would carry out, the wide signs of East Asia included."""
SEPARATORS: Final = (",", ";", "\t")
SIXTEEN: Final = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


@dataclass
class Sheet:
    """A file that could be read as a table.

    Attributes:
        header: what each column means; None for one that means nothing here.
        left_out: the headings of those.
    """

    header: Sequence[str | None]
    left_out: Sequence[str]
    _text: str
    _separator: str

    def records(self) -> Iterator[Record]:
        """Its rows, each with the number of the line that it begins in; blank ones are left out."""
        reader = csv.reader(
            io.StringIO(self._text, newline=""), delimiter=self._separator, strict=True
        )
        while True:
            line = reader.line_num + 1
            try:
                cells = next(reader, None)
            except csv.Error as error:
                yield line, BadRow("line", f"is not CSV: {error}")
                continue
            if cells is None:
                return
            if line > 1 and any(cell.strip() for cell in cells):
                yield line, self._row(cells)

    def _row(self, cells: Sequence[str]) -> Mapping[str, object] | BadRow:
        spare = [cell for cell in cells[len(self.header) :] if cell.strip()]
        if len(cells) < len(self.header) or spare:
            return BadRow("line", f"has {len(cells)} cells, the header has {len(self.header)}")
        named = zip(self.header, cells, strict=False)
        return {name: unguarded(cell) for name, cell in named if name is not None}


def read(content: bytes, names: Mapping[str, str], key: str) -> Sheet:
    """Look at the head of a file.

    Args:
        content: the file.
        names: what the headings mean, by `folded` heading.
        key: the meaning without which nothing can be read.

    Raises:
        UnreadableFile: empty, in another encoding, or without a heading that means `key`.
    """
    text = _decoded(content).lstrip("\r\n")
    head = next(iter(text.splitlines()), "")
    if not head.strip():
        raise UnreadableFile("The file is empty.")
    separator = max(SEPARATORS, key=head.count)
    try:
        (headings,) = csv.reader([head], delimiter=separator, strict=True)
    except csv.Error as error:
        raise UnreadableFile("The first line cannot be read: look at its quotes.") from error
    header = [names.get(folded(each)) for each in headings]
    known = [each for each in header if each is not None]
    if key not in known:
        raise UnreadableFile("The first line must name the columns, the outside id among them.")
    if len(set(known)) < len(known):
        raise UnreadableFile("Two columns have the same meaning.")
    left_out = [each for each, name in zip(headings, header, strict=True) if not name]
    return Sheet(header, [each for each in left_out if each.strip()], text, separator)


def write(rows: Iterable[Sequence[str]], separator: str) -> Iterator[str]:
    """The lines of a file that a spreadsheet opens without carrying anything out."""
    for row in rows:
        line = io.StringIO()
        csv.writer(line, delimiter=separator).writerow([guarded(cell) for cell in row])
        yield line.getvalue()


def guarded(cell: str) -> str:
    """A cell that is no formula."""
    return f"'{cell}" if FORMULA.match(cell) else cell


def unguarded(cell: str) -> str:
    """What a cell was before it was `guarded`."""
    return cell[1:] if cell.startswith("'") and FORMULA.match(cell) else cell


def folded(heading: str) -> str:
    """A heading without case, accents and punctuation: `Id. Externo` is `id externo`."""
    plain = unicodedata.normalize("NFKD", heading).casefold()
    return " ".join(re.findall(r"[a-z0-9]+", "".join(filter(_is_no_accent, plain))))


def _is_no_accent(sign: str) -> bool:
    return not unicodedata.combining(sign)


def _decoded(content: bytes) -> str:
    encoding = "utf-16" if content.startswith(SIXTEEN) else "utf-8-sig"
    try:
        return content.decode(encoding)
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise UnreadableFile(
            f"Line {line} is not in UTF-8. Save the file as CSV in UTF-8 and try again."
        ) from error

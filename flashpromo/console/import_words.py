"""What the columns of a file of products may be called, and what is said of a cell that is wrong.

The domain tells of a cell by the rest of a sentence that begins with its column, for programs. Here
each becomes a sentence for people, which is said in the language of the page.
"""

import re
from typing import Final

HEADINGS: Final[dict[str, tuple[str, ...]]] = {
    "external_id": (
        *("external id", "outside id", "sku", "reference", "article number"),
        *("id externo", "identificador externo", "codigo", "clave", "referencia"),
    ),
    "name": ("name", "product", "product name", "nombre", "producto", "nombre del producto"),
    "regular_price": (
        *("regular price", "price", "precio", "precio regular", "precio normal", "precio habitual"),
    ),
    "store_id": ("store id", "id de la tienda", "id de tienda", "tienda id"),
}
"""By meaning, all as `bulk.sheet` folds them: `Id. externo` is `id externo`."""
NAMES: Final = {heading: name for name, all_of in HEADINGS.items() for heading in all_of}
QUIET: Final = frozenset({"currency", "store", "moneda", "tienda"})
"""Columns of an export that say nothing new: they are left out without a word."""

SENTENCES: Final = tuple(
    (re.compile(reason), sentence)
    for reason, sentence in (
        (r"is missing: the product is new", "Is missing, and the product is new."),
        (r"is missing", "Is missing."),
        (r"stands already in line (?P<line>\d+)", "Stands already in line {line}."),
        (r"is not found", "There is no such store."),
        (
            r"must be above the price of promo (?P<promo_id>\d+)",
            "Must be above the price of promo {promo_id}.",
        ),
        (r"is longer than (?P<longest>\d+) characters", "Is longer than {longest} characters."),
        (r"has control characters.*", "Has signs that cannot be printed."),
        (r"(?P<cell>.+) is not a number", "{cell} is not an amount of money."),
        (r"(?P<cell>.+) is not above 0", "Must be above 0."),
        (r"(?P<cell>.+) is above (?P<highest>[\d.]+)", "Must be at most {highest}."),
        (r"(?P<cell>.+) has more than two decimals", "Must have at most two decimals."),
        (r"(?P<cell>.+) is not an id", "{cell} is not the number of a store."),
        (
            r"has (?P<cells>\d+) cells, the header has (?P<columns>\d+)",
            "Has {cells} cells, and the first line has {columns}.",
        ),
        (r"is not CSV: unexpected end of data", "A quote is opened and never closed."),
        (r"is not CSV: .*", "Cannot be read: look at its quotes."),
    )
)


def sentence(reason: str) -> str:
    """The reason of a line that is left out, as a sentence of its own, in English."""
    for pattern, said in SENTENCES:
        if found := pattern.fullmatch(reason):
            return said.format(**found.groupdict())
    return f"{reason[:1].upper()}{reason[1:]}."

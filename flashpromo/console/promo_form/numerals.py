"""Numbers as people type them: "499,90" and "499.90" alike, wherever only one thing can be meant.

First the locale's own marks are tried, then the other way round. A number is doubtful if only the
other way fits, or if both do and differ ("1,234"): the locale's reading counts, and the page says
what was understood.
"""

import re
import unicodedata
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from typing import Final

from babel import Locale, numbers

LONGEST: Final = 40
SIGN_OF_MONEY: Final = re.compile(r"^[A-Z]{0,3}\$?|[A-Z]{3}$")
BETWEEN_THOUSANDS: Final = frozenset("'\N{RIGHT SINGLE QUOTATION MARK}")


@dataclass(frozen=True)
class Numeral:
    """A number, and whether somebody could have meant another one."""

    value: Decimal
    is_doubtful: bool = False


def read(text: str, locale: Locale) -> Numeral | None:
    """The number that is meant; None if none can be."""
    bare = _bare(text)
    own = numbers.get_decimal_symbol(locale)
    other = "." if own == "," else ","
    here, elsewhere = _value(bare, own, other), _value(bare, other, own)
    if here is None:
        return None if elsewhere is None else Numeral(elsewhere, is_doubtful=True)
    return Numeral(here, is_doubtful=elsewhere not in {None, here})


def written(value: Decimal, locale: Locale, *, places: int = 0) -> str:
    """A number as somebody would type it, with at least so many decimals."""
    pattern = "0." + "0" * places + "#" * 6
    return numbers.format_decimal(value, pattern, locale, group_separator=False)


def _bare(text: str) -> str:
    """Without blanks and the sign of a currency."""
    kept = "".join(
        sign
        for sign in text[: LONGEST + 1]
        if not sign.isspace() and unicodedata.category(sign) != "Sc"
        if sign not in BETWEEN_THOUSANDS
    )
    return SIGN_OF_MONEY.sub("", kept)


def _value(bare: str, decimal: str, group: str) -> Decimal | None:
    if len(bare) > LONGEST or not _form(decimal, group).fullmatch(bare):
        return None
    return Decimal(bare.replace(group, "").replace(decimal, "."))


@lru_cache
def _form(decimal: str, group: str) -> re.Pattern[str]:
    mark, between = re.escape(decimal), re.escape(group)
    whole = rf"(?:[0-9]+|[0-9]{{1,3}}(?:{between}[0-9]{{3}})+)"
    return re.compile(rf"[+-]?(?:{whole}(?:{mark}[0-9]+)?|{mark}[0-9]+)")

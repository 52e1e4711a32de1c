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
MOST_DECIMALS: Final = 2
CENTS_AT_THE_END: Final = re.compile(r"[+-]?[0-9]+[.,][0-9]{1,2}")
STRAY_MARK: Final = re.compile(
    "[0-9][\\s'\N{RIGHT SINGLE QUOTATION MARK}]+(?=[0-9])(?![0-9]{3}(?![0-9]))"
)
"""Between digits, and not before just three of them: `_bare` would put them together."""
SIGN_OF_MONEY: Final = re.compile(r"^[A-Z]{0,3}\$?|[A-Z]{1,3}$")
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


def amount(text: str, locale: Locale) -> Decimal | None:
    """An amount of money where nobody is told what was understood; None if it could be another.

    The locale's own marks count, the other ones only before one or two decimals at the end: 499.50
    is the same everywhere. 1.000 is a thousand in Spain and nothing in Mexico.
    """
    bare = "" if STRAY_MARK.search(text) else _bare(text)
    own = numbers.get_decimal_symbol(locale)
    found = _value(bare, own, "." if own == "," else ",")
    if found is None and CENTS_AT_THE_END.fullmatch(bare):
        return Decimal(bare.replace(",", "."))
    has_cents = found is not None and len(bare.partition(own)[2]) <= MOST_DECIMALS
    return found if has_cents else None


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

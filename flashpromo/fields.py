"""The rules of single values that every domain shares: texts, places, prices, zones.

A door turns text into Python types; whether the value is allowed is said here, once, for the API,
the consoles and the command line alike. A `Checks` gathers every wrong field, so that a person sees
all of them at once; nothing may be written before `done()`.
"""

import math
import unicodedata
from decimal import Decimal, InvalidOperation
from typing import Final

from flashpromo import currencies, time_zones
from flashpromo.errors import InvalidFields

CENT: Final = Decimal("0.01")
HIGHEST_PRICE: Final = Decimal("9999999999.99")


def exact_number(digits: str) -> Decimal:
    """A number as it is written; NaN when its exponent is beyond what decimals can carry."""
    try:
        return Decimal(digits)
    except InvalidOperation:
        return Decimal("NaN")


class Checks:
    """Gathers what is wrong, field by field; each check hands the cleaned value back."""

    def __init__(self) -> None:
        self._wrong: dict[str, list[str]] = {}

    def wrong(self, field: str, message: str) -> None:
        """Note that `field` is wrong."""
        self._wrong.setdefault(field, []).append(message)

    def done(self) -> None:
        """Raise `InvalidFields` with everything that was noted; nothing if all is well."""
        if self._wrong:
            raise InvalidFields(self._wrong)

    def line(self, field: str, value: str, *, longest: int, shortest: int = 1) -> str:
        """Check a text of one line; lengths are code points, counted without outer blanks."""
        cleaned = value.strip()
        if any(unicodedata.category(sign) in {"Cc", "Cs"} for sign in cleaned):
            self.wrong(field, "Control characters and lone surrogates are not allowed.")
        elif not shortest <= len(cleaned) <= longest:
            self.wrong(field, f"Must have {shortest} to {longest} characters.")
        return cleaned

    def prose(self, field: str, value: str, *, longest: int) -> str:
        """Check a text that may have several lines, or none."""
        if "\0" in value or any(unicodedata.category(sign) == "Cs" for sign in value):
            self.wrong(field, "NUL characters and lone surrogates are not allowed.")
        elif len(value) > longest:
            self.wrong(field, f"Must have at most {longest} characters.")
        return value

    def latitude(self, field: str, value: float) -> float:
        """Check degrees north, -90 to 90."""
        return self._degrees(field, value, 90)

    def longitude(self, field: str, value: float) -> float:
        """Check degrees east, -180 to 180: PostGIS would silently wrap 200 to -160."""
        return self._degrees(field, value, 180)

    def price(self, field: str, value: Decimal) -> Decimal:
        """Check an amount of money above zero with at most two decimals."""
        if not value.is_finite() or value <= 0:
            self.wrong(field, "Must be above 0.")
        elif value > HIGHEST_PRICE:
            self.wrong(field, f"Must be at most {HIGHEST_PRICE}.")
        elif value != value.quantize(CENT):
            self.wrong(field, "Must have at most two decimals.")
        else:
            return value.quantize(CENT)
        return value

    def time_zone(self, field: str, value: str) -> str:
        """Check an IANA time zone that Python and the database both know."""
        if value not in time_zones.known():
            self.wrong(field, "Must be the name of a time zone, like America/Mexico_City.")
        return value

    def currency(self, field: str, value: str) -> str:
        """Check a currency of ISO 4217 that is legal tender somewhere today."""
        if value not in currencies.known():
            self.wrong(field, "Must be the code of a currency, like MXN.")
        return value

    def _degrees(self, field: str, value: float, most: int) -> float:
        if not math.isfinite(value) or abs(value) > most:
            self.wrong(field, f"Must be between -{most} and {most} degrees.")
        return value

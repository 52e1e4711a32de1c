"""One cell of a bulk, as text of a CSV or as a value of JSON: read, checked, or refused.

None and blank text are an empty cell. What is allowed is what the API allows; these are written for
hundreds of thousands of rows, where an object for each check would take most of the time.
"""

import re
from collections.abc import Mapping
from datetime import datetime, time
from decimal import Decimal
from typing import Final

from flashpromo.fields import CENT, HIGHEST_PRICE

LONGEST_EXTERNAL_ID: Final = 200
BIGGEST_ID: Final = 2**63 - 1

_NUMBERS: Final = (int, float, Decimal)
_UNSTORABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff]").search
_DECIMAL = re.compile(r"[+-]?[0-9]{1,30}(\.[0-9]{1,30})?").fullmatch
_DIGITS = re.compile(r"[0-9]{1,19}").fullmatch
_CLOCK_TIME = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9]").fullmatch
_TRUTH: Final = {
    **dict.fromkeys(("true", "t", "yes", "y", "1"), True),
    **dict.fromkeys(("false", "f", "no", "n", "0"), False),
}


class BadRow(Exception):
    """A record cannot be taken: `field` and, as the rest of a sentence, why.

    `values` is what could be read of it all the same.
    """

    def __init__(self, field: str, reason: str, values: Mapping[str, object] | None = None) -> None:
        self.field = field
        self.reason = reason
        self.values = values or {}
        super().__init__(f"{field} {reason}")


def storable(text: str) -> bool:
    """Whether a text of one line can be stored: no control characters, no lone surrogates."""
    return not _UNSTORABLE(text)


def line(field: str, given: object, longest: int | None = None) -> str | None:
    """A text of one line without outer blanks, of `longest` characters; None for an empty cell."""
    if given is None:
        return None
    if not isinstance(given, str):
        raise BadRow(field, f"{shown(given)} is not a text")
    text = given.strip()
    if _UNSTORABLE(text):
        raise BadRow(field, "has control characters or lone surrogates")
    if longest is not None and len(text) > longest:
        raise BadRow(field, f"is longer than {longest} characters")
    return text or None


def external_id(given: object) -> str:
    """The marketplace's own id, a text or a whole number; it must not be empty."""
    if isinstance(given, int) and not isinstance(given, bool):
        given = f"{given:d}" if abs(given) < 10**LONGEST_EXTERNAL_ID else "9" * 201
    text = line("external_id", given, LONGEST_EXTERNAL_ID)
    if text is None:
        raise BadRow("external_id", "is missing")
    return text


def identifier(field: str, given: object) -> int | None:
    """A number that could be the id of something; None for an empty cell."""
    if given is None or given == "":
        return None
    number = given if isinstance(given, int) and not isinstance(given, bool) else None
    if isinstance(given, str) and _DIGITS(given.strip()):
        number = int(given)
    if number is None or not 0 < number <= BIGGEST_ID:
        raise BadRow(field, f"{shown(given)} is not an id")
    return number


def degrees(field: str, given: object, limit: int) -> float | None:
    """Degrees from -limit to limit; NaN and infinity are outside of every range."""
    if given is None or given == "":
        return None
    number = _number(given)
    if number is None:
        if isinstance(given, str) and not given.strip():
            return None
        raise BadRow(field, f"{shown(given)} is not a number")
    if not -limit <= number <= limit:
        raise BadRow(field, f"{shown(given)} is not between -{limit} and {limit}")
    return number


def price(field: str, given: object) -> Decimal | None:
    """An amount of money above zero with at most two decimals; None for an empty cell."""
    if isinstance(given, str):
        given = given.strip()
    if given is None or given == "":
        return None
    if isinstance(given, bool) or not isinstance(given, int | Decimal):
        if not isinstance(given, str) or not _DECIMAL(given):
            raise BadRow(field, f"{shown(given)} is not a number")
        given = Decimal(given)
    amount = Decimal(given)
    if not amount.is_finite() or amount <= 0:
        raise BadRow(field, f"{shown(given)} is not above 0")
    if amount > HIGHEST_PRICE:
        raise BadRow(field, f"{shown(given)} is above {HIGHEST_PRICE}")
    if amount != amount.quantize(CENT):
        raise BadRow(field, f"{shown(given)} has more than two decimals")
    return amount.quantize(CENT)


def moment(field: str, given: object) -> datetime | None:
    """A time in ISO 8601 with its offset."""
    text = line(field, given)
    if text is None:
        return None
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise BadRow(field, f"{shown(text)} is not an ISO 8601 time") from None
    if found.utcoffset() is None:
        raise BadRow(field, f"{shown(text)} has no UTC offset")
    return found


def clock_time(field: str, given: object) -> time | None:
    """A time of day as HH:MM."""
    text = line(field, given)
    if text is None:
        return None
    if not _CLOCK_TIME(text):
        raise BadRow(field, f"{shown(text)} is not a time of day like 22:30")
    return time.fromisoformat(text)


def yes_or_no(field: str, given: object) -> bool | None:
    """Truth as JSON's own, or as true/false, t/f, yes/no, y/n, 1/0."""
    if given is None or isinstance(given, bool):
        return given
    text = str(given).strip().lower() if isinstance(given, str | int) else "?"
    if not text:
        return None
    if text not in _TRUTH:
        raise BadRow(field, f"{shown(given)} is neither true nor false")
    return _TRUTH[text]


def shown(given: object) -> str:
    """A value inside a message: short, and harmless for a terminal."""
    if isinstance(given, Decimal):
        return f"{given}"[:60]
    text = ascii(given[:40] if isinstance(given, str) else given)
    return text if len(text) <= 60 else f"{text[:57]}..."


def _number(given: object) -> float | None:
    """A float of a plain decimal text or a JSON number; `float` would take `1_0` as well."""
    if not isinstance(given, str):
        return float(given) if type(given) in _NUMBERS else None  # type: ignore[arg-type]
    try:
        return None if "_" in given or not given.isascii() else float(given)
    except ValueError:
        return None

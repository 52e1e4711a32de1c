"""One cell of an import, as text of a CSV or as a value of JSON: read, checked, or refused.

None and blank text are an empty cell. What is allowed is what the API allows; these are written for
hundreds of thousands of rows, where an object for each check would take most of the time.
"""

import re
from datetime import datetime
from typing import Final

from flashpromo.accounts import sign_ins
from flashpromo.accounts.models import USERNAME_PATTERN

LONGEST_EXTERNAL_ID: Final = 200

_NUMBERS: Final = (int, float)
_USERNAME = re.compile(USERNAME_PATTERN).fullmatch
_UNSTORABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff]").search
_TRUTH: Final = {
    **dict.fromkeys(("true", "t", "yes", "y", "1"), True),
    **dict.fromkeys(("false", "f", "no", "n", "0"), False),
}


class BadRow(Exception):
    """A record cannot be imported: `field` and, as the rest of a sentence, why."""

    def __init__(self, field: str, reason: str) -> None:
        self.field = field
        self.reason = reason
        super().__init__(f"{field} {reason}")


def line(field: str, given: object) -> str | None:
    """A text of one line without outer blanks; None for an empty cell."""
    if given is None:
        return None
    if not isinstance(given, str):
        raise BadRow(field, f"{shown(given)} is not a text")
    text = given.strip()
    if _UNSTORABLE(text):
        raise BadRow(field, "has control characters or lone surrogates")
    return text or None


def external_id(given: object) -> str:
    """The marketplace's own id, a text or a whole number; the only cell that must not be empty."""
    if isinstance(given, int) and not isinstance(given, bool):
        given = f"{given:d}" if abs(given) < 10**LONGEST_EXTERNAL_ID else "9" * 201
    text = line("external_id", given)
    if text is None:
        raise BadRow("external_id", "is missing")
    if len(text) > LONGEST_EXTERNAL_ID:
        raise BadRow("external_id", f"is longer than {LONGEST_EXTERNAL_ID} characters")
    return text


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


def _number(given: object) -> float | None:
    """A float of a plain decimal text or a JSON number; `float` would take `1_0` as well."""
    if not isinstance(given, str):
        return float(given) if type(given) in _NUMBERS else None  # type: ignore[arg-type]
    try:
        return None if "_" in given or not given.isascii() else float(given)
    except ValueError:
        return None


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


def username(given: object) -> str | None:
    """A sign-in name."""
    text = line("username", given)
    if text is not None and not _USERNAME(text):
        raise BadRow("username", "has other than 1 to 150 letters, digits, dots, dashes, _")
    return text


def email(given: object) -> str | None:
    """An e-mail address, as far as that can be told from its form."""
    text = line("email", given)
    if text is None:
        return None
    if len(text) > sign_ins.LONGEST_EMAIL or not sign_ins.EMAIL_FORM.fullmatch(text):
        raise BadRow("email", f"{shown(text)} is not an e-mail address")
    return text


def password(given: object) -> str | None:
    """A password; its blanks belong to it. It is never shown."""
    if given is None or given == "":
        return None
    if not isinstance(given, str):
        raise BadRow("password", "is not a text")
    if len(given) > sign_ins.LONGEST_PASSWORD:
        raise BadRow("password", f"is longer than {sign_ins.LONGEST_PASSWORD} characters")
    if _UNSTORABLE(given):
        raise BadRow("password", "has control characters or lone surrogates")
    return given


def shown(given: object) -> str:
    """A value inside a message: short, and harmless for a terminal."""
    text = ascii(given[:40] if isinstance(given, str) else given)
    return text if len(text) <= 60 else f"{text[:57]}..."

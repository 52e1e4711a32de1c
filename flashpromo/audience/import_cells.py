"""The cells of a client's sign-in: read, checked, or refused like all others (see `bulk.cells`)."""

import re

from flashpromo.accounts import sign_ins
from flashpromo.accounts.models import USERNAME_PATTERN
from flashpromo.bulk.cells import BadRow, line, shown, storable

_USERNAME = re.compile(USERNAME_PATTERN).fullmatch


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
    if not storable(given):
        raise BadRow("password", "has control characters or lone surrogates")
    return given

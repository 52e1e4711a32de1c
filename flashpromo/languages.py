"""Which languages people are spoken to in, and which one somebody wants.

A language says which words are used; a locale adds a region, by which money, numbers and times are
written: Spanish of Mexico writes 1,234.50 where Spanish of Spain writes 1.234,50.
"""

from collections.abc import Iterable, Mapping
from enum import StrEnum
from functools import lru_cache
from typing import Final

from babel import Locale, UnknownLocaleError


class Language(StrEnum):
    """The languages that there are words in."""

    ENGLISH = "en"
    SPANISH = "es"


NAMES: Final[Mapping[Language, str]] = {Language.ENGLISH: "English", Language.SPANISH: "Español"}
"""Each in its own words, for a person who reads no other."""

HOME: Final[Mapping[Language, str]] = {Language.ENGLISH: "en_US", Language.SPANISH: "es_MX"}
"""The region of somebody whose browser names none."""


def known(name: str | None) -> Language | None:
    """The language of that name; None when there are no words in it."""
    return Language(name) if name in set(Language) else None


def preferred(accepted: Iterable[str]) -> Language:
    """The first language of a browser's list, best first, that there are words in; else English."""
    for tag in accepted:
        found = known(tag.replace("_", "-").split("-")[0].lower())
        if found is not None:
            return found
    return Language.ENGLISH


def locale(language: Language, accepted: Iterable[str]) -> Locale:
    """The language with the region that the browser's list names for it, or with its home's."""
    for tag in accepted:
        if tag.replace("_", "-").split("-")[0].lower() == language:
            found = _parsed(tag)
            if found is not None and found.territory:
                return found
    return Locale.parse(HOME[language])


@lru_cache(maxsize=256)  # of what strangers send: bounded
def _parsed(tag: str) -> Locale | None:
    try:
        return Locale.parse(tag.replace("-", "_"))
    except (UnknownLocaleError, ValueError):
        return None

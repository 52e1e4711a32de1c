"""Which time zones may be stored.

A zone is used by Python for pages and by PostgreSQL inside the wave (`AT TIME ZONE`): one name that
only one of them knows would fail the whole wave. So a zone must be known to both, and mean the same
to both: PostgreSQL takes CET for an abbreviation, one hour ahead all year, where Python sees a
place with a summer time.
"""

import re
from collections.abc import Mapping
from functools import lru_cache
from importlib import resources
from typing import Final, NamedTuple
from zoneinfo import available_timezones

from sqlalchemy import text

from flashpromo import db

# Not places: what they mean depends on the machine, or is nothing at all.
PLACELESS = frozenset({"Factory", "localtime", "posixrules"})

SAME_TO_BOTH = frozenset({"UTC", "GMT"})
READ_BY_BOTH = text("""
SELECT name FROM pg_timezone_names
WHERE name NOT IN (SELECT abbrev FROM pg_timezone_abbrevs) OR name = ANY(:same)
""")


@lru_cache(maxsize=1)
def known() -> frozenset[str]:
    """Names that Python and the database both know; read once a process (some 50 ms)."""
    rows = db.session().execute(READ_BY_BOTH, {"same": list(SAME_TO_BOTH)}).scalars()
    return (frozenset(available_timezones()) & frozenset(rows)) - PLACELESS


PLACE: Final = re.compile(r"([+-])(\d\d)(\d\d)(\d\d)?([+-])(\d{3})(\d\d)(\d\d)?")
"""Degrees, minutes and perhaps seconds of ISO 6709, as the zones' own table writes them."""


class Place(NamedTuple):
    """Where the city stands that a zone is named after: degrees north and east."""

    latitude: float
    longitude: float


@lru_cache(maxsize=1)
def places() -> Mapping[str, Place]:
    """The zones that are named after a city, and where it is: those to choose from.

    Older names of the same zones are known too, but there is no need to offer them.
    """
    table = resources.files("tzdata").joinpath("zoneinfo", "zone.tab").read_text("utf-8")
    rows = [line.split("\t") for line in table.splitlines() if not line.startswith("#")]
    return {row[2]: _place(row[1]) for row in rows if row[2] in known()}


def _place(written: str) -> Place:
    found = PLACE.fullmatch(written)
    if found is None:
        raise ValueError(f"no place: {written}")
    north, east = found.groups()[:4], found.groups()[4:]
    return Place(_degrees(*north), _degrees(*east))


def _degrees(sign: str, degrees: str, minutes: str, seconds: str | None) -> float:
    size = int(degrees) + int(minutes) / 60 + int(seconds or 0) / 3600
    return round(-size if sign == "-" else size, 4)

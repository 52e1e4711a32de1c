"""Which time zones may be stored.

A zone is used by Python for pages and by PostgreSQL inside the wave (`AT TIME ZONE`): one name that
only one of them knows would fail the whole wave. So a zone must be known to both, and mean the same
to both: PostgreSQL takes CET for an abbreviation, one hour ahead all year, where Python sees a
place with a summer time.
"""

from functools import lru_cache
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

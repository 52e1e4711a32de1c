"""What one record of an import must look like, and what it becomes.

A column that is absent says nothing: a new client gets the default, a known one keeps its value. An
empty cell says "none" of the location, of the segments and of the quiet hours, and nothing at all
elsewhere: it must not opt anybody in again or take a password away.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime, time
from functools import cached_property
from typing import Final, NamedTuple

from flashpromo.audience import import_cells as sign_in
from flashpromo.audience.client_terms import LATEST_FIX_AHEAD, OLDEST_FIX
from flashpromo.bulk import cells
from flashpromo.bulk.cells import BadRow
from flashpromo.bulk.source import Columns, Values

COLUMNS: Final = Columns(
    (
        "external_id",
        "username",
        "email",
        "password",
        "latitude",
        "longitude",
        "located_at",
        "segments",
        "segment_ids",
        "time_zone",
        "opted_in",
        "quiet_from",
        "quiet_until",
    )
)

SEGMENT_FIELDS: Final = ("segments", "segment_ids")
"""The same by names and by ids; a row uses one of them."""

REMEMBERED: Final = 10_000
LONGEST_REMEMBERED: Final = 500
"""So many different cells of segments are kept in memory, and of no more characters."""

SELDOM: Final = frozenset(
    {"located_at", "quiet_from", "quiet_until", "username", "email", "password"}
)
"""Most rows say none of these; their checks are a third of the time that all of them take."""


class CheckedRow(NamedTuple):
    """A checked record in the order of the staging table's columns; None says nothing."""

    line: int
    external_id: str
    has_place: bool
    latitude: float | None
    longitude: float | None
    located_at: datetime | None
    segment_ids: str | None
    time_zone: str | None
    opted_in: bool | None
    has_quiet_hours: bool
    quiet_from: time | None
    quiet_until: time | None
    username: str | None
    email: str | None
    password: str | None


class _Seldom(NamedTuple):
    """What most records say nothing of."""

    located_at: datetime | None = None
    quiet_from: time | None = None
    quiet_until: time | None = None
    username: str | None = None
    email: str | None = None
    password: str | None = None


_NOTHING: Final = _Seldom()


@dataclass(frozen=True)
class RowChecks:
    """What the records are checked against.

    Attributes:
        now: no fix is younger than this, a minute of a fast clock aside.
        segments: segment ids by name.
        zones: the time zones that may be stored.
    """

    now: datetime
    segments: Mapping[str, int]
    zones: Collection[str]
    _seen: dict[tuple[str, bool, str], str] = field(default_factory=dict)

    @cached_property
    def _ids(self) -> frozenset[int]:
        return frozenset(self.segments.values())

    def row(self, line: int, values: Values) -> CheckedRow:
        """Check one record; raises `BadRow` naming the first field that is wrong."""
        get = values.get
        external_id = cells.external_id(get("external_id"))
        latitude = cells.degrees("latitude", get("latitude"), 90)
        longitude = cells.degrees("longitude", get("longitude"), 180)
        if (latitude is None) != (longitude is None):
            missing = "latitude" if latitude is None else "longitude"
            raise BadRow(missing, "is missing: a location needs both")
        seldom = _NOTHING if SELDOM.isdisjoint(values) else self._seldom(values, latitude)
        return CheckedRow(
            line,
            external_id,
            "latitude" in values or "longitude" in values,
            latitude,
            longitude,
            seldom.located_at,
            self._segments(values),
            self._time_zone(get("time_zone")),
            cells.yes_or_no("opted_in", get("opted_in")),
            "quiet_from" in values or "quiet_until" in values,
            seldom.quiet_from,
            seldom.quiet_until,
            seldom.username,
            seldom.email,
            seldom.password,
        )

    def _seldom(self, values: Values, latitude: float | None) -> _Seldom:
        quiet_from, quiet_until = _quiet_hours(values)
        return _Seldom(
            self._located_at(values.get("located_at"), latitude),
            quiet_from,
            quiet_until,
            sign_in.username(values.get("username")),
            sign_in.email(values.get("email")),
            sign_in.password(values.get("password")),
        )

    def _located_at(self, given: object, latitude: float | None) -> datetime | None:
        fix = cells.moment("located_at", given)
        if fix is None:
            return None
        if latitude is None:
            raise BadRow("located_at", "needs latitude and longitude")
        if not OLDEST_FIX <= fix <= self.now + LATEST_FIX_AHEAD:
            raise BadRow("located_at", f"{cells.shown(given)} is not between 1970 and now")
        return min(fix, self.now)

    def _segments(self, values: Values) -> str | None:
        """The ids as PostgreSQL writes an array, each once and in order; None says nothing."""
        said = [field for field in SEGMENT_FIELDS if field in values]
        if len(said) > 1:
            filled = [field for field in said if values[field]]
            if len(filled) > 1:
                raise BadRow("segment_ids", "stands beside segments: one of them is enough")
            said = filled or said[:1]
        return self._array(said[0], values[said[0]]) if said else None

    def _array(self, field: str, given: object) -> str:
        if not given:
            return "{}"
        # A crowd has few combinations: most cells have been seen before.
        text = given if isinstance(given, str) else None
        cell = (field, text is None, repr(given) if text is None else text)
        found = self._seen.get(cell)
        if found is None:
            found = self._as_array(field, given if text is None else text.split(";"))
            if len(self._seen) < REMEMBERED and len(cell[2]) < LONGEST_REMEMBERED:
                self._seen[cell] = found
        return found

    def _as_array(self, field: str, given: object) -> str:
        if not isinstance(given, list):
            raise BadRow(field, "are neither a list nor separated by ;")
        segment_id = self._named if field == "segments" else self._numbered
        ids = sorted({segment_id(each) for each in given if each != ""})
        return f"{{{','.join(map(str, ids))}}}"

    def _named(self, name: object) -> int:
        found = self.segments.get(name.strip()) if isinstance(name, str) else None
        if found is None:
            raise BadRow("segments", f"{cells.shown(name)} is not a segment")
        return found

    def _numbered(self, given: object) -> int:
        found = cells.identifier("segment_ids", given)
        if found is None or found not in self._ids:
            raise BadRow("segment_ids", f"{cells.shown(given)} is not the id of a segment")
        return found

    def _time_zone(self, given: object) -> str | None:
        if isinstance(given, str) and given in self.zones:
            return given
        name = cells.line("time_zone", given)
        if name is not None and name not in self.zones:
            raise BadRow("time_zone", f"{cells.shown(name)} is not a time zone")
        return name


def _quiet_hours(values: Values) -> tuple[time | None, time | None]:
    """Both or none; of two equal times it could not be told whether they mean never or always."""
    begin = cells.clock_time("quiet_from", values.get("quiet_from"))
    end = cells.clock_time("quiet_until", values.get("quiet_until"))
    if (begin is None) != (end is None):
        missing = "quiet_from" if begin is None else "quiet_until"
        raise BadRow(missing, "is missing: quiet hours need both")
    if begin is not None and begin == end:
        raise BadRow("quiet_until", "is equal to quiet_from")
    return begin, end

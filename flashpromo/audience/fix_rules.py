"""Which fixes of a client's device are believed: neither too old nor too coarse nor too far off.

A fix that is older than what is known only came late, which is looked at first: it may erase
nothing.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from sqlalchemy import text

from flashpromo import config, db
from flashpromo.audience import reach
from flashpromo.audience.models import Client, ClientFix
from flashpromo.errors import DomainError

SHORTEST_TRAVEL: Final = timedelta(seconds=1)
"""Two fixes of one instant count as so far apart in time: clocks and places are never exact."""
LONGEST_WAY_KM: Final = 20_004
"""No two places on Earth are further apart on its surface."""

# The geodesic on the spheroid: no seam at the antimeridian, and one place at each pole.
DISTANCE_M = text("""
SELECT ST_Distance(
  CAST(ST_SetSRID(ST_MakePoint(:from_longitude, :from_latitude), 4326) AS geography),
  CAST(ST_SetSRID(ST_MakePoint(:longitude, :latitude), 4326) AS geography))
""")


class Doubt(StrEnum):
    """Why a fix was not believed."""

    TOO_OLD = "too_old"
    TOO_COARSE = "too_coarse"
    TOO_FAST = "too_fast"
    OUT_OF_ORDER = "out_of_order"


SAID: Final = {
    Doubt.TOO_OLD: (("located_at",), "The fix is too old."),
    Doubt.TOO_COARSE: (("accuracy_m",), "The fix is too coarse."),
    Doubt.TOO_FAST: (("latitude", "longitude"), "Nobody gets there so fast."),
    Doubt.OUT_OF_ORDER: (("located_at",), "A newer fix is known."),
}


class LocationRefused(DomainError):
    """A fix was not believed: `reason` is one of `Doubt`, `errors` names the fields."""

    status = 422
    code = "location_refused"
    title = "This location is not believed."

    def __init__(self, doubt: Doubt) -> None:
        fields, said = SAID[doubt]
        super().__init__(said, reason=doubt, errors={field: [said] for field in fields})


@dataclass(frozen=True)
class Place:
    """A point, when it was taken, and how far off it may be: metres, None when nobody said."""

    latitude: float
    longitude: float
    located_at: datetime
    accuracy_m: float | None = None


def doubt(place: Place, last: Place | None, now: datetime) -> Doubt | None:
    """Why a fix is not believed, given the last believed place; None if it is."""
    if last is not None and place.located_at < last.located_at:
        return Doubt.OUT_OF_ORDER
    if place.located_at <= now - reach.location_age_limit():
        return Doubt.TOO_OLD
    if _accuracy_m(place) > config.current().max_location_accuracy_m:
        return Doubt.TOO_COARSE
    if last is not None and _is_too_far(last, place):
        return Doubt.TOO_FAST
    return None


def longest_travel() -> timedelta:
    """After so long everybody may be anywhere."""
    return timedelta(hours=LONGEST_WAY_KM / config.current().max_travel_speed_kmh)


def place_of_fix(fix: ClientFix | None) -> Place | None:
    """The last believed fix of the device."""
    if fix is None or fix.latitude is None or fix.longitude is None or fix.fixed_at is None:
        return None
    return Place(fix.latitude, fix.longitude, fix.fixed_at, fix.accuracy_m)


def place_of_client(client: Client) -> Place | None:
    """The place that promos reach the client by, whoever wrote it."""
    if client.latitude is None or client.longitude is None or client.located_at is None:
        return None
    return Place(client.latitude, client.longitude, client.located_at)


def last_place(client: Client, fix: ClientFix | None) -> Place | None:
    """The newest place: the device's, or what operators and imports have written since."""
    believed, written = place_of_fix(fix), place_of_client(client)
    if believed is None or written is None:
        return believed or written
    return written if written.located_at > believed.located_at else believed


def _is_too_far(last: Place, place: Place) -> bool:
    """Whether nobody gets from one to the other in the time between, however wrong both are."""
    ends = {
        "from_latitude": last.latitude,
        "from_longitude": last.longitude,
        "latitude": place.latitude,
        "longitude": place.longitude,
    }
    distance_m: float = db.session().execute(DISTANCE_M, ends).scalar_one()
    seconds = max(place.located_at - last.located_at, SHORTEST_TRAVEL).total_seconds()
    reachable_m = config.current().max_travel_speed_kmh / 3.6 * seconds
    return distance_m - _accuracy_m(last) - _accuracy_m(place) > reachable_m


def _accuracy_m(place: Place) -> float:
    """What is not said may be as coarse as is believed at all."""
    if place.accuracy_m is None:
        return float(config.current().max_location_accuracy_m)
    return place.accuracy_m

"""Which fixes of a client's device are believed: neither too old nor too coarse nor too far off.

How far off is measured twice, from the last believed fix and from an older one, the anchor: each
measure allows for the inaccuracy of both ends, and if only the last fix counted, that much more
could be had with every request. From the anchor it is had once in `ANCHOR_AGE`: who makes places up
gains 2 km a minute at most (twice `max_location_accuracy_m`) over the fastest travel. Who really
travels is refused by neither measure, however often its device speaks.

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
ANCHOR_AGE: Final = timedelta(minutes=1)
"""The anchor is replaced by a believed fix that is at least so much younger."""
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


@dataclass(frozen=True)
class Known:
    """What a fix is measured against: the last place, and the anchor, which may be the same."""

    last: Place | None
    anchor: Place | None

    def and_then(self, place: Place) -> "Known":
        """What the next one is measured against, if this fix is believed."""
        anchor = self.anchor
        if anchor is None or place.located_at - anchor.located_at >= ANCHOR_AGE:
            anchor = place
        return Known(place, anchor)


def doubt(place: Place, known: Known, now: datetime) -> Doubt | None:
    """Why a fix is not believed, given what is known; None if it is."""
    last = known.last
    if last is not None and place.located_at < last.located_at:
        return Doubt.OUT_OF_ORDER
    if place.located_at <= now - reach.location_age_limit():
        return Doubt.TOO_OLD
    if _accuracy_m(place) > config.current().max_location_accuracy_m:
        return Doubt.TOO_COARSE
    if any(_is_too_far(each, place) for each in {known.last, known.anchor} if each is not None):
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


def known(client: Client, fix: ClientFix | None) -> Known:
    """The device's places; or else, or if it is newer, what operators and imports have written."""
    believed, written = place_of_fix(fix), place_of_client(client)
    if believed is None:
        return Known(written, written)
    if written is not None and written.located_at > believed.located_at:
        return Known(written, written)
    return Known(believed, _anchor_of(fix) or believed)


def _anchor_of(fix: ClientFix | None) -> Place | None:
    if fix is None or fix.anchored_at is None:
        return None
    if fix.anchor_latitude is None or fix.anchor_longitude is None:
        return None
    return Place(fix.anchor_latitude, fix.anchor_longitude, fix.anchored_at, fix.anchor_accuracy_m)


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

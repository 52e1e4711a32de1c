"""The rules of an audience once more, in plain Python: what the SQL is held against.

Nothing here is shared with the service: distances come from geographiclib (Karney's geodesics on
WGS 84), local days from zoneinfo.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from zoneinfo import ZoneInfo

from geographiclib.geodesic import Geodesic

WGS84 = Geodesic.WGS84
MAX_AGE = timedelta(days=30)
MARKETPLACE_ZONE = "UTC"
REACH = ("location_unknown", "location_too_old", "out_of_range", "not_in_segments")
UNDECIDED_M = 1e-6
"""Closer to the edge than a micrometre the noise of floating point decides, not the rule."""


@dataclass(frozen=True)
class Point:
    """Degrees on WGS 84."""

    latitude: float
    longitude: float

    def walk(self, bearing: float, metres: float) -> "Point":
        """The place that is so many metres away in this direction."""
        end = WGS84.Direct(self.latitude, self.longitude, bearing, metres)
        return Point(end["lat2"], end["lon2"])


@dataclass(frozen=True)
class Offer:
    """A promo that runs, as far as its audience goes."""

    place: Point
    radius_km: Decimal
    segments: frozenset[int]
    price: Decimal

    @property
    def radius_m(self) -> float:
        return float(self.radius_km * 1000)


@dataclass(frozen=True)
class Person:
    """A client."""

    place: Point | None
    located_at: datetime | None
    segments: frozenset[int]
    opted_in: bool = True
    zone: str | None = None
    told_on: date | None = None

    def day(self, now: datetime) -> date:
        return now.astimezone(ZoneInfo(self.zone or MARKETPLACE_ZONE)).date()


@lru_cache(maxsize=200_000)
def metres(here: Point, there: Point) -> float:
    """Geodesic distance on the spheroid."""
    line = WGS84.Inverse(
        here.latitude, here.longitude, there.latitude, there.longitude, Geodesic.DISTANCE
    )
    distance: float = line["s12"]
    return distance


def undecided(person: Person, offer: Offer) -> bool:
    """The person stands so exactly on the edge that no rule can be told from noise."""
    if person.place is None:
        return False
    return abs(metres(person.place, offer.place) - offer.radius_m) < UNDECIDED_M


def passes(person: Person, offer: Offer, now: datetime) -> Mapping[str, bool]:
    """Every part of the rules by the name of its refusal, and whether the person passes it."""
    known = person.place is not None and person.located_at is not None
    return {
        "location_unknown": known,
        "location_too_old": known and now - person.located_at < MAX_AGE,
        "out_of_range": known and metres(person.place, offer.place) <= offer.radius_m,
        "not_in_segments": bool(person.segments & offer.segments),
        "opted_out": person.opted_in,
        "already_notified_today": person.told_on != person.day(now),
    }


def reached(person: Person, offer: Offer, now: datetime) -> bool:
    """May see the promo and reserve it."""
    parts = passes(person, offer, now)
    return all(parts[name] for name in REACH)


def notifiable(person: Person, offer: Offer, now: datetime) -> bool:
    """Is told of the promo when it starts."""
    return all(passes(person, offer, now).values())


def refusals(parts: Mapping[str, bool]) -> list[str]:
    """Why a client may not reserve; what is unknown is neither too old nor too far."""
    failing = [name for name in REACH if not parts[name]]
    if parts["location_unknown"]:
        return failing
    return [name for name in failing if name in ("location_unknown", "not_in_segments")]


def winners(person: Person, offers: Sequence[Offer], now: datetime) -> set[int]:
    """The positions of the promos that may win the slot: more than one only within the noise.

    The deepest discount, then the nearest store, then the older promo. Distances are compared in
    hundredths of a micrometre, as the database reports them.
    """
    rivals = [number for number, offer in enumerate(offers) if notifiable(person, offer, now)]
    best = min((offers[number].price for number in rivals), default=None)
    rivals = [number for number in rivals if offers[number].price == best]
    far = {number: metres(person.place, offers[number].place) for number in rivals}
    nearest = min(far.values(), default=0.0)
    tied = [number for number in rivals if far[number] - nearest < UNDECIDED_M]
    same_place = len({offers[number].place for number in tied}) == 1
    return set(tied[:1] if same_place else tied)

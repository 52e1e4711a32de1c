"""Scenes for the agreement of the predicates: promos and clients where geography is hardest.

Hypothesis chooses the places, the radii, the directions and the circumstances; the clients of a
promo stand on rings around it, most of them within a millimetre of its edge.
"""

from collections.abc import Collection
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from hypothesis import strategies as st
from sqlalchemy import insert

from flashpromo.audience.models import Client, Segment
from flashpromo.db import session
from flashpromo.market.models import Product, Store
from flashpromo.notify.models import Notification
from flashpromo.promos import lifecycle
from flashpromo.promos.terms import Terms
from tests.audience.plain_rule import MAX_AGE, Offer, Person, Point, undecided

SEGMENTS = (1, 2, 3, 4)
REGULAR_PRICE = Decimal("100.00")
MICROSECOND = timedelta(microseconds=1)
MILLIMETRE = 0.001


@dataclass
class Scene:
    """Promos and clients at one instant; ids in the database begin at 1, in the order here."""

    now: datetime
    offers: list[Offer]
    people: list[Person]
    promo_ids: list[int] = field(default_factory=list)

    def write(self) -> None:
        """Put everything into the open transaction, the promos in the way that merchants do."""
        segments = [{"id": each, "name": f"Segment {each}"} for each in SEGMENTS]
        session().execute(insert(Segment), segments)
        self._write_stores()
        self.promo_ids = [
            lifecycle.create(self._terms(number, offer), publish=True).id
            for number, offer in enumerate(self.offers, 1)
        ]
        session().execute(
            insert(Client), [_client(number, who) for number, who in enumerate(self.people, 1)]
        )
        told = [_told(number, who) for number, who in enumerate(self.people, 1) if who.told_on]
        if told:
            session().execute(insert(Notification), told)

    def _write_stores(self) -> None:
        places = [offer.place for offer in self.offers]
        session().execute(
            insert(Store),
            [
                {"id": number, "name": f"Store {number}", "time_zone": "UTC", **vars(place)}
                for number, place in enumerate(places, 1)
            ],
        )
        session().execute(
            insert(Product),
            [
                {"id": n, "store_id": n, "name": "Something", "regular_price": REGULAR_PRICE}
                for n in range(1, len(places) + 1)
            ],
        )

    def _terms(self, product_id: int, offer: Offer) -> Terms:
        return Terms(
            product_id=product_id,
            promo_price=offer.price,
            start_time=self.now - timedelta(hours=1),
            end_time=self.now + timedelta(hours=1),
            segment_ids=tuple(offer.segments),
            max_distance_km=offer.radius_km,
        )


def _client(number: int, who: Person) -> dict[str, object]:
    return {
        "id": number,
        "latitude": who.place.latitude if who.place else None,
        "longitude": who.place.longitude if who.place else None,
        "located_at": who.located_at,
        "segment_ids": sorted(who.segments),
        "opted_in": who.opted_in,
        "time_zone": who.zone,
    }


def _told(number: int, who: Person) -> dict[str, object]:
    return {
        "client_id": number,
        "local_day": who.told_on,
        "promo_id": 0,
        "created_at": datetime(2020, 1, 1, tzinfo=UTC),
        "distance_m": 0,
        "segment_id": 1,
        "located_at": datetime(2020, 1, 1, tzinfo=UTC),
    }


INSTANTS = st.datetimes(
    datetime(2024, 1, 1),  # noqa: DTZ001 - hypothesis adds the zone itself
    datetime(2028, 12, 31),  # noqa: DTZ001
    timezones=st.just(UTC),
)
LATITUDES = st.sampled_from(
    [0.0, 90.0, -90.0, 89.9999999, -89.9999999, 1e-9, 89.7, -45.0, 19.432608]
) | st.floats(-90, 90)
LONGITUDES = st.sampled_from(
    [0.0, 180.0, -180.0, 179.9999999, -179.9999999, -1e-9, 90.0, -99.133209]
) | st.floats(-180, 180)
PLACES = st.builds(Point, LATITUDES, LONGITUDES)
RADII_KM = st.sampled_from(
    [Decimal(text) for text in ("0.000001", "0.000003", "0.00025", "0.001", "2", "12.5", "50")]
) | st.decimals("0.000001", 50, places=6)
SOME_SEGMENTS = st.frozensets(st.sampled_from(SEGMENTS), min_size=1, max_size=3)
# The four winds and whatever lies between them: due north is where a sphere errs most.
BEARINGS = st.sampled_from([0.0, 90.0, 180.0, -90.0]) | st.floats(-180, 180)
EDGE_MM = st.sampled_from([0.1, 0.25, 0.5, 1.0, -0.1, -0.25, -0.5, -1.0])
RINGS = st.sampled_from([0.0, 0.5, 0.99, 0.995, 1.005, 1.01, 2.0])
AGES = st.sampled_from(
    [timedelta()] * 12
    + [MAX_AGE - MICROSECOND, MAX_AGE, MAX_AGE + MICROSECOND, 2 * MAX_AGE, timedelta(days=29)]
)
WALKS_M = st.sampled_from([0.0, 1.0, 900.0, 30_000.0])
PRICES = st.sampled_from([Decimal("10.00"), Decimal("20.00"), Decimal("20.01")])
SUBSETS = st.none() | st.frozensets(st.sampled_from(SEGMENTS))
CONSENTS = st.sampled_from([True, True, True, True, False])
TOLD_DAYS_AGO = st.sampled_from([None] * 8 + [1, 0, 0, -1])
ZONES = st.sampled_from(
    [None, "America/Mexico_City", "Pacific/Kiritimati", "Pacific/Pago_Pago", "Asia/Kathmandu"]
)


@st.composite
def offers(draw: st.DrawFn) -> list[Offer]:
    """A dozen promos around a few places, so that their circles overlap."""
    centres = draw(st.lists(PLACES, min_size=3, max_size=4))
    return [
        Offer(
            centre.walk(draw(BEARINGS), draw(WALKS_M)),
            draw(RADII_KM),
            draw(SOME_SEGMENTS),
            draw(PRICES),
        )
        for centre in centres
        for _ in range(3)
    ]


def places_around(draw: st.DrawFn, offer: Offer) -> list[Point | None]:
    """On the edge of a promo, around it, on its very point, at its antipode, nowhere."""
    distances = [offer.radius_m + draw(EDGE_MM) * MILLIMETRE for _ in range(8)]
    distances += [offer.radius_m * draw(RINGS) for _ in range(4)]
    places: list[Point | None] = [
        offer.place.walk(draw(BEARINGS), max(0.0, distance)) for distance in distances
    ]
    opposite = Point(-offer.place.latitude, (offer.place.longitude + 360) % 360 - 180)
    places += [offer.place, opposite, None]
    if abs(offer.place.latitude) == 90:
        places.append(Point(offer.place.latitude, draw(LONGITUDES)))
    return places


def person_at(draw: st.DrawFn, place: Point | None, offer: Offer, now: datetime) -> Person:
    """One client at a place: most of them wanted by the promo, some for one reason not."""
    segments = draw(SUBSETS)
    who = Person(
        place=place,
        located_at=now - draw(AGES) if place else None,
        segments=offer.segments if segments is None else segments,
        opted_in=draw(CONSENTS),
        zone=draw(ZONES),
    )
    told = draw(TOLD_DAYS_AGO)
    return who if told is None else replace(who, told_on=who.day(now) - timedelta(days=told))


@st.composite
def scenes(draw: st.DrawFn) -> Scene:
    """Nobody in it stands so exactly on an edge that floating point would decide."""
    now = draw(INSTANTS)
    stage = draw(offers())
    crowd = [
        person_at(draw, place, offer, now)
        for offer in stage
        for place in places_around(draw, offer)
    ]
    decided = [who for who in crowd if not any(undecided(who, offer) for offer in stage)]
    return Scene(now, stage, decided)


HARD_PLACES = {
    "where equator and meridian cross": Point(0, 0),
    "on the equator": Point(0, -78.45),
    "on the meridian": Point(51.4779, 0),
    "on the antimeridian": Point(-16.8, 180),
    "just west of the antimeridian": Point(65.0, 179.9999),
    "on the antimeridian's other side": Point(0, -180),
    "at the north pole": Point(90, 0),
    "at the south pole": Point(-90, 135),
    "beside the north pole": Point(89.999, -170),
    "in Mexico City": Point(19.432608, -99.133209),
}


def hard_scene(places: Collection[str] = tuple(HARD_PLACES)) -> Scene:
    """At every one of these places a promo of 2 km and one of 50 km.

    Clients stand in the four winds, half a millimetre inside each edge and half a millimetre off.
    Besides there is one who is far, one with an old fix, one of another segment, one who has
    opted out, one who was told today, and one with no location.
    """
    now = datetime(2026, 3, 29, 22, 30, tzinfo=UTC)
    offers = [
        Offer(place, Decimal(radius), frozenset({1, 2}), Decimal("10.00"))
        for place in map(HARD_PLACES.__getitem__, places)
        for radius in (2, 50)
    ]
    people = [
        Person(offer.place.walk(bearing, offer.radius_m + step), now, frozenset({2, 3}))
        for offer in offers
        for bearing in (0, 90, 180, -90)
        for step in (-MILLIMETRE / 2, MILLIMETRE / 2)
    ]
    middle = Person(offers[-1].place, now, frozenset({1, 2}))
    people += [
        replace(middle, place=Point(0, 90)),
        replace(middle, located_at=now - MAX_AGE),
        replace(middle, segments=frozenset({3})),
        replace(middle, opted_in=False),
        replace(middle, told_on=now.date()),
        replace(middle, place=None, located_at=None),
    ]
    return Scene(now, offers, people)

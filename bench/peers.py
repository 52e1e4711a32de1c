"""What else could find the clients within a radius: Redis, a tree in memory, a loop over objects.

PostGIS measures on the spheroid, all of these on a sphere: they must find the same clients except
those so near to the edge that the two differ.
"""

import math
import subprocess
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import IO, Any, Final

import numpy
from redis import Redis
from sklearn.neighbors import BallTree
from sqlalchemy import select

from bench import same
from bench.psql import address, program
from bench.stage import Stage
from flashpromo.audience.models import Client
from flashpromo.db import session
from flashpromo.guarded_redis import connect

EARTH_M: Final = 6_371_008.8
EDGE: Final = 0.006
"""So much may a distance on a sphere differ from that on the spheroid."""
KEY: Final = "bench:places"
AT_ONCE: Final = 500
MOST_OBJECTS: Final = 100_000
INTO_REDIS: Final = f"""
COPY (
  SELECT 'GEOADD {KEY} ' || string_agg(concat_ws(' ', longitude, latitude, id), ' ')
  FROM client GROUP BY id / {AT_ONCE}
) TO STDOUT
"""  # noqa: S608 - constants of this module
POINTS: Final = """
COPY (SELECT id, latitude, longitude FROM client WHERE latitude IS NOT NULL) TO STDOUT (FORMAT csv)
"""

Find = Callable[[float, float, float], Sequence[int]]
"""The clients within so many metres of a latitude and longitude."""


@dataclass(frozen=True)
class Peers:
    """Everything that finds clients, by its name; PostGIS first."""

    finds: Mapping[str, Find]

    def demand_same(self, latitude: float, longitude: float, metres: float) -> None:
        """Raise `OtherWork` unless all find the same clients, but for the edge."""
        ours = self.finds[POSTGIS]
        inner, outer = (ours(latitude, longitude, metres * (1 + sign * EDGE)) for sign in (-1, 1))
        sure, possible = set(inner), set(outer)
        for name, find in self.finds.items():
            found = set(find(latitude, longitude, metres))
            same.demand(f"{name}: at least", found & sure, sure)
            same.demand(f"{name}: at most", found | possible, possible)


POSTGIS: Final = "psql in_range.sql"


def of(stage: Stage, clients: int) -> Peers:
    """The peers, filled with the clients that there are."""
    finds: dict[str, Find] = {
        POSTGIS: lambda north, east, metres: [
            int(row[0]) for row in stage.psql.rows("in_range.sql", circle(north, east, metres))
        ],
        "Redis GEOSEARCH": _redis(stage),
        "BallTree in memory": _tree(stage),
    }
    if clients <= MOST_OBJECTS:
        finds["Python loop over ORM objects"] = _loop(stage)
    return Peers(finds)


def forget(stage: Stage) -> None:
    """Take the places out of Redis."""
    with connect(stage.settings) as redis:
        redis.unlink(KEY)  # five million members take longer to free than a reader waits


def circle(latitude: float, longitude: float, metres: float) -> dict[str, object]:
    """As `in_range.sql` takes it."""
    return {"latitude": latitude, "longitude": longitude, "km": metres / 1000}


def _redis(stage: Stage) -> Find:
    forget(stage)
    redis: Redis = connect(stage.settings, 60)
    write = ["redis-cli", *_reached(redis), "--pipe"]
    with _copied(stage, INTO_REDIS) as rows:
        subprocess.run(write, stdin=rows, stdout=subprocess.DEVNULL, check=True)  # noqa: S603

    def find(latitude: float, longitude: float, metres: float) -> Sequence[int]:
        found: Any = redis.geosearch(
            KEY, longitude=longitude, latitude=latitude, radius=metres, unit="m"
        )
        return [int(each) for each in found]

    return find


@contextmanager
def _copied(stage: Stage, statement: str) -> Iterator[IO[bytes]]:
    """What a COPY says, while it says it."""
    read = [program("psql"), "-qXtA", "-d", address(stage.settings.database_url), "-c", statement]
    with subprocess.Popen(read, stdout=subprocess.PIPE) as rows:  # noqa: S603 - our own database
        if rows.stdout is None:
            raise RuntimeError("psql has no pipe")
        yield rows.stdout


def _reached(redis: Redis) -> list[str]:
    """How redis-cli reaches the same database."""
    known = redis.get_connection_kwargs()
    where = ["-s", known["path"]] if "path" in known else ["-h", known["host"], "-p", known["port"]]
    return [*map(str, where), "-n", str(known.get("db", 0))]


def _tree(stage: Stage) -> Find:
    with _copied(stage, POINTS) as rows:
        points = numpy.loadtxt(rows, delimiter=",", ndmin=2)
    ids = points[:, 0].astype(int)
    tree = BallTree(numpy.radians(points[:, 1:]), metric="haversine")

    def find(latitude: float, longitude: float, metres: float) -> Sequence[int]:
        centre = numpy.radians([[latitude, longitude]])
        found: list[int] = ids[tree.query_radius(centre, metres / EARTH_M)[0]].tolist()
        return found

    return find


def _loop(stage: Stage) -> Find:
    """What a first version does: every client as an object, and the formula in Python."""

    def find(latitude: float, longitude: float, metres: float) -> Sequence[int]:
        with stage.app.app_context():
            clients = session().scalars(select(Client).where(Client.latitude.is_not(None)))
            found = [
                each.id
                for each in clients
                if haversine_m(latitude, longitude, each.latitude, each.longitude) <= metres
            ]
            session().rollback()
        return found

    return find


def haversine_m(north: Any, east: Any, to_north: Any, to_east: Any) -> float:
    """Metres between two points in degrees, on a sphere."""
    first, second = math.radians(north), math.radians(to_north)
    across = math.radians(to_east - east)
    part = (
        math.sin((second - first) / 2) ** 2
        + math.cos(first) * math.cos(second) * math.sin(across / 2) ** 2
    )
    return 2 * EARTH_M * math.asin(math.sqrt(part))

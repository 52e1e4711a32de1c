"""The stage of a race: crowds, stores around the square, locks, and the way back to the start."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from redis import Redis
from sqlalchemy import text
from sqlalchemy.engine import Engine

from flashpromo import jobs
from flashpromo.promos.models import Promo
from tests.story import activate
from tests.world import LATITUDE, LONGITUDE, METRE, World

PATIENCE_SECONDS = 30.0

NOON = text("""
UPDATE test_clock
SET shift = (clock_timestamp() AT TIME ZONE 'UTC')::date + time '18:00'
            - clock_timestamp() AT TIME ZONE 'UTC'
""")
CROWD = text("""
INSERT INTO client (latitude, longitude, located_at, segment_ids, time_zone)
SELECT :latitude + n % 100 * :step, :longitude + n / 100 * :step, app_now(), ARRAY[:segment],
       'America/Mexico_City'
FROM generate_series(0, :count - 1) AS n RETURNING id
""")
SHOPS = text("""
WITH opened AS (
  INSERT INTO store (name, latitude, longitude, time_zone)
  SELECT 'Store ' || n, :latitude + n * :step, :longitude + n % 7 * :step, 'America/Mexico_City'
  FROM generate_series(1, :count) AS n RETURNING id)
INSERT INTO product (store_id, name, regular_price) SELECT id, 'Headphones', 999 FROM opened
RETURNING id
""")
UNSOLD = """
DELETE FROM purchase;
DELETE FROM reservation;
UPDATE promo_unit
SET held_by = NULL, held_until = NULL, reservation_id = NULL, sold_at = NULL, closed = false;
UPDATE promo_run SET sold_out_at = NULL, cancelled_at = NULL;
UPDATE promo SET published = true;
"""
UNTOLD = """
TRUNCATE notification, delivery;
UPDATE promo_run SET activated_at = NULL, notified_count = NULL;
"""
BLOCKED = text("""
SELECT count(*) FROM pg_stat_activity
WHERE datname = current_database() AND wait_event_type = 'Lock'
""")
CONNECTED = text("""
SELECT count(*) FROM pg_stat_activity
WHERE datname = current_database() AND application_name = :name
""")
DEFINITION = text("""
SELECT pg_get_constraintdef(oid) FROM pg_constraint
WHERE conrelid = CAST(:table AS regclass) AND conname = :name
""")


class Stage:
    """Sets the stage and looks at it, over connections of its own."""

    def __init__(self, engine: Engine, redis: Redis, world: World) -> None:
        self.engine, self.redis, self.world = engine, redis, world
        self._run(NOON)  # no round falls on two days of Mexico City

    def crowd(self, count: int) -> list[int]:
        """Put `count` new users around TechShop, ten metres from each other; their ids, sorted."""
        place = {"latitude": LATITUDE, "longitude": LONGITUDE, "step": 10 * METRE}
        who = {"segment": self.world.new_users, "count": count}
        with self.engine.begin() as connection:
            return sorted(connection.execute(CROWD, place | who).scalars())

    def shops(self, count: int) -> list[int]:
        """Open `count` stores around the crowd with a product of 999.00 each; the products' ids."""
        place = {"latitude": LATITUDE, "longitude": LONGITUDE, "step": 40 * METRE}
        with self.engine.begin() as connection:
            return sorted(connection.execute(SHOPS, place | {"count": count}).scalars())

    def start(self, **terms: Any) -> Promo:
        """A promo of TechShop that runs, whose audience has been told."""
        promo = activate(self.world, **terms)
        jobs.deliver(promo.id)
        return promo

    def untold(self) -> None:
        """Every promo is due again, as if nobody had been told of any."""
        self._run(text(UNTOLD))

    def unsold(self) -> None:
        """Every unit is free again, as if nobody had held or bought one; Redis has forgotten."""
        self._run(text(UNSOLD))
        self.redis.flushdb()

    @contextmanager
    def locked(self, table: str, promo_id: int) -> Iterator[None]:
        """Keep the rows of a promo locked, so that others wait for the end of the block."""
        statement = text(f"SELECT FROM {table} WHERE promo_id = :promo_id FOR UPDATE")
        with self.engine.begin() as connection:
            connection.execute(statement, {"promo_id": promo_id})
            yield

    @contextmanager
    def without_constraints(self, *constraints: tuple[str, str]) -> Iterator[None]:
        """Take constraints, as (table, name), out of the schema for a while."""
        definitions = {}
        with self.engine.begin() as connection:
            for table, name in constraints:
                values = {"table": table, "name": name}
                definitions[table, name] = connection.execute(DEFINITION, values).scalar_one()
                connection.execute(text(f"ALTER TABLE {table} DROP CONSTRAINT {name}"))
        try:
            yield
        finally:
            with self.engine.begin() as connection:
                connection.execute(text("TRUNCATE promo CASCADE"))  # with what nobody refused
                for (table, name), definition in definitions.items():
                    connection.execute(
                        text(f"ALTER TABLE {table} ADD CONSTRAINT {name} {definition}")
                    )

    def wait_for_blocked(self, count: int) -> None:
        """Wait until so many sessions wait for a lock."""
        self._wait_until(BLOCKED, count)

    def wait_for_end(self, pid: int) -> None:
        """Wait until the database has noticed that the process is dead."""
        self._wait_until(CONNECTED, 0, name=f"race-{pid}")

    def _wait_until(self, statement: Any, expected: int, **values: Any) -> None:
        patience = time.monotonic() + PATIENCE_SECONDS
        with self.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            while connection.execute(statement, values).scalar_one() != expected:
                if time.monotonic() > patience:
                    raise TimeoutError(f"never {expected}: {statement}")
                time.sleep(0.001)

    def _run(self, statement: Any) -> None:
        with self.engine.begin() as connection:
            connection.execute(statement)

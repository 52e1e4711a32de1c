"""Tables are emptied while processes work on them; and what came of a promo, seen from outside."""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

import pytest
from flask import Flask
from redis import Redis
from sqlalchemy import text
from sqlalchemy.engine import Engine
from sqlalchemy.exc import OperationalError

from flashpromo.db import Base, app_now, session, transaction
from flashpromo.market.models import Product
from flashpromo.promos.models import Promo
from tests.processes.running import Service, closing, eventually
from tests.story import publish
from tests.world import World

DELIVERED = "SELECT count(*) FROM delivery WHERE promo_id = :promo_id AND state = 'sent'"
TOLD = "SELECT count(*) FROM notification WHERE promo_id = :promo_id"
# What the product promises while any one process is dead. How late it really is on a calm machine
# is a measurement, not a test: here it is printed.
LATE_SECONDS = 10
STARTED = """
SELECT extract(epoch FROM run.activated_at - promo.start_time)
FROM promo JOIN promo_run AS run ON run.promo_id = promo.id
WHERE promo.id = :promo_id AND run.activated_at IS NOT NULL
"""


@pytest.fixture
def clean(engine: Engine, redis: Redis) -> None:
    """As everywhere, but a sweep may be reading: of a deadlock the loser tries again."""
    names = ", ".join(f'"{table.name}"' for table in Base.metadata.sorted_tables)
    for _ in range(10):
        try:
            with engine.begin() as connection:
                connection.execute(text(f"TRUNCATE {names} RESTART IDENTITY CASCADE"))
                connection.execute(text("UPDATE test_clock SET shift = '0'"))
            return
        except OperationalError:
            time.sleep(0.2)
    pytest.fail("the tables cannot be emptied")


@pytest.fixture
def service(app: Flask, tmp_path) -> Iterator[Service]:
    """Processes of this test alone."""
    yield from closing(Service(tmp_path))


@pytest.fixture(scope="module")
def shared_service(app: Flask, tmp_path_factory) -> Iterator[Service]:
    """Processes that the tests of one file share."""
    yield from closing(Service(tmp_path_factory.mktemp("service")))


@dataclass
class Outside:
    """What an onlooker sees of a promo: by SQL, on a connection of its own."""

    engine: Engine

    def ask(self, statement: str, promo: Promo):
        with self.engine.connect() as connection:
            return connection.execute(text(statement), {"promo_id": promo.id}).scalar()

    def lateness(self, promo: Promo) -> float | None:
        """Seconds from the start to the activation; None before it."""
        late = self.ask(STARTED, promo)
        return None if late is None else float(late)

    def await_activation(self, promo: Promo, late: float = LATE_SECONDS) -> float:
        """Wait until `late` seconds after the start at most; the real lateness."""
        left = promo.start_time.timestamp() + late - time.time()
        eventually(lambda: self.lateness(promo) is not None, left + 1, f"promo {promo.id} active")
        seconds = self.lateness(promo)
        assert 0 <= seconds <= late, f"{seconds} s late"
        print(f"promo {promo.id}: {seconds:.2f} s after its start")
        return seconds

    def await_delivery(self, promo: Promo, seconds: float = 10, clients: int = 1) -> None:
        """All of its audience has been told, and nobody twice: the key of the table sees to it."""
        eventually(
            lambda: self.ask(DELIVERED, promo) == clients, seconds, f"promo {promo.id} delivered"
        )
        assert self.ask(TOLD, promo) == clients


@pytest.fixture
def outside(engine: Engine) -> Outside:
    return Outside(engine)


def soon(seconds: float) -> datetime:
    """A moment ahead, by the clock of the rules."""
    return app_now() + timedelta(seconds=seconds)


def in_seconds(world: World, seconds: float, **changes) -> Promo:
    """A promo of the world's product that starts so many seconds from now."""
    start = soon(seconds)
    times = {"start_time": start, "end_time": start + timedelta(hours=2)}
    return publish(world, **times | changes)


def since(promo: Promo) -> float:
    """Seconds since its start, by the real clock; negative before it."""
    return time.time() - promo.start_time.timestamp()


def another_product(world: World, name: str) -> int:
    """One more product of the store, so that more promos can run at once."""
    with transaction():
        product = Product(store_id=world.store_id, name=name, regular_price=Decimal("999.00"))
        session().add(product)
        session().flush()
        return product.id

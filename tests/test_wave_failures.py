"""A promo that cannot be activated does not keep the others from their start."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from decimal import Decimal

from sqlalchemy import text
from sqlalchemy.engine import Engine

from flashpromo import jobs
from flashpromo.db import app_now, transaction
from flashpromo.market import products, stores
from tests.story import broken_promises, publish, run_of


@contextmanager
def refusing(engine: Engine, promo_id: int) -> Iterator[None]:
    """The database takes no notification of this promo."""
    with engine.begin() as connection:
        connection.execute(
            text(f"ALTER TABLE notification ADD CONSTRAINT no CHECK (promo_id <> {promo_id})")
        )
    try:
        yield
    finally:
        with engine.begin() as connection:
            connection.execute(text("ALTER TABLE notification DROP CONSTRAINT no"))


def test_the_others_start_alone_and_it_starts_once_it_can(world, engine):
    with transaction():
        store = stores.get(world.store_id, for_update=True)
        other = products.create(store, name="Lamp", regular_price=Decimal("50.00"))
    broken = publish(world, start_time=app_now() - timedelta(minutes=1))
    sound = publish(
        world, product_id=other.id, promo_price=Decimal("40.00"), segment_ids=(world.frequent,)
    )
    with refusing(engine, broken.id):
        jobs.activate(sound.id)
        assert run_of(sound.id).notified_count == 1
        assert run_of(broken.id).activated_at is None
    jobs.activate(broken.id)
    assert run_of(broken.id).notified_count == 1
    assert broken_promises() == set()

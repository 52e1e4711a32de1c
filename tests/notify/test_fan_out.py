"""The wave: one row for each client, by the promo that wins it, and an order for each channel."""

from datetime import timedelta
from decimal import Decimal

import pytest
from sqlalchemy import select

from flashpromo import campaign
from flashpromo.audience.models import Client
from flashpromo.db import app_now, session, transaction
from flashpromo.market.models import Product, Store
from flashpromo.notify import fan_out
from flashpromo.notify.models import Delivery, Notification
from flashpromo.promos.models import Promo, PromoRun
from tests.story import activate, publish
from tests.world import LATITUDE, LONGITUDE, METRE


def notification(client_id: int) -> Notification:
    return session().scalars(select(Notification).where(Notification.client_id == client_id)).one()


def told(promo: Promo) -> int | None:
    return session().get(PromoRun, promo.id, populate_existing=True).notified_count


@pytest.fixture
def offer(world):
    """Publish a promo of another product, by default of TechShop itself."""

    def publish_offer(*, price="499.00", regular="999.00", metres=0.0, **changes):
        with transaction():
            store = Store(
                name="Stand",
                latitude=LATITUDE + metres * METRE,
                longitude=LONGITUDE,
                time_zone="America/Mexico_City",
            )
            session().add(store)
            session().flush()
            product = Product(store_id=store.id, name="Radio", regular_price=Decimal(regular))
            session().add(product)
            session().flush()
        return publish(world, product_id=product.id, promo_price=Decimal(price), **changes)

    return publish_offer


def activate_all() -> campaign.Wave:
    with transaction():
        return campaign.activate_due()


def test_the_deepest_discount_wins_even_if_dearer_and_farther(world, offer):
    cheap = offer(price="10.00", regular="12.00", metres=100)
    deep = offer(price="400.00", regular="1000.00", metres=500)
    assert activate_all().notified == {cheap.id: 0, deep.id: 1}
    assert notification(world.alice).promo_id == deep.id


def test_of_equal_discounts_the_nearest_store_wins(world, offer):
    far, near = offer(metres=-50), offer(metres=120)
    assert activate_all().notified == {far.id: 0, near.id: 1}


def test_equal_discounts_are_equal_whatever_the_prices(world, offer):
    far = offer(price="1.00", regular="3.00", metres=-50)
    near = offer(price="300.00", regular="900.00", metres=120)
    assert activate_all().notified == {far.id: 0, near.id: 1}


def test_of_equals_at_one_place_the_older_promo_wins(world, offer):
    older, younger = offer(), offer()
    assert activate_all().notified == {older.id: 1, younger.id: 0}


def test_each_client_hears_of_its_own_best_promo(world, offer):
    for_new = offer(price="900.00")
    for_frequent = offer(price="100.00", segment_ids=(world.frequent,))
    assert activate_all().notified == {for_new.id: 1, for_frequent.id: 1}
    assert notification(world.alice).promo_id == for_new.id
    assert notification(world.dan).promo_id == for_frequent.id


def test_a_row_keeps_what_decided_it(world):
    with transaction():
        fix = world.now - timedelta(days=3)
        grace = world.add_client(
            "grace", metres=1234, segment_ids=[world.frequent, world.new_users], located_at=fix
        )
    promo = activate(world, segment_ids=(world.frequent, world.new_users))
    row = notification(grace)
    assert row.promo_id == promo.id
    assert row.distance_m == pytest.approx(1234, abs=1)
    assert row.segment_id == min(world.new_users, world.frequent)
    assert row.located_at == fix
    assert row.opened_at is None


def test_every_row_bears_the_time_of_the_activation(world):
    promo = activate(world)
    run = session().get(PromoRun, promo.id, populate_existing=True)
    assert notification(world.alice).created_at == run.activated_at


def test_a_row_stays_as_it_is_when_the_client_moves_away(world):
    activate(world)
    with transaction():
        session().get(Client, world.alice).latitude = 0.0
    assert notification(world.alice).distance_m == pytest.approx(100, abs=1)


def test_the_run_says_how_many_were_told(world):
    promo = activate(world, segment_ids=(world.new_users, world.frequent))
    assert told(promo) == 2


def test_a_promo_that_reaches_nobody_says_so(world, offer):
    promo = offer(metres=100_000)
    activate_all()
    assert told(promo) == 0


def test_a_client_who_was_told_today_is_not_told_of_the_next_promo(world, offer):
    first = activate(world)
    second = offer(price="1.00")
    assert activate_all().notified == {second.id: 0}
    assert notification(world.alice).promo_id == first.id


def test_activating_again_tells_nobody_again(world):
    activate(world)
    assert activate_all().notified == {}


def test_every_outbound_channel_gets_an_order_for_every_row(world):
    promo = publish(world, segment_ids=(world.new_users, world.frequent))
    with transaction():
        now = app_now()
        assert fan_out.fan_out([promo.id], now, ["log", "carrier pigeon"]) == {promo.id: 2}
    orders = session().scalars(select(Delivery)).all()
    assert {(order.client_id, order.channel) for order in orders} == {
        (client_id, channel)
        for client_id in (world.alice, world.dan)
        for channel in ("log", "carrier pigeon")
    }
    for order in orders:
        assert (order.state, order.attempts, order.promo_id) == ("pending", 0, promo.id)
        assert order.next_attempt_at == now
        assert order.local_day == notification(order.client_id).local_day


def test_without_outbound_channels_only_rows_are_written(world):
    promo = publish(world)
    with transaction():
        assert fan_out.fan_out([promo.id], app_now(), []) == {promo.id: 1}
    assert session().scalars(select(Delivery)).all() == []

"""The eligible list: what runs now and reaches this client, the nearest in front."""

from datetime import timedelta
from decimal import Decimal

import pytest

from flashpromo import campaign
from flashpromo.audience import clients
from flashpromo.checkout import settle
from flashpromo.checkout.hold import hold
from flashpromo.db import app_now, session, transaction
from flashpromo.market.models import Product, Store
from flashpromo.promos import lifecycle, reaching
from tests.story import activate, publish, terms
from tests.world import LATITUDE, LONGITUDE, METRE


def eligible(client_id: int) -> list[int]:
    return [promo.id for promo in reaching.promos(client_id, app_now())]


def at_a_stand(world, metres: float, **changes) -> int:
    """Publish a promo so many metres north of TechShop."""
    with transaction():
        place = {"latitude": LATITUDE + metres * METRE, "longitude": LONGITUDE}
        store = Store(name="Stand", time_zone="America/Mexico_City", **place)
        session().add(store)
        session().flush()
        product = Product(store_id=store.id, name="Radio", regular_price=Decimal("999.00"))
        session().add(product)
        session().flush()
    return publish(world, product_id=product.id, **changes).id


def test_a_running_promo_is_on_the_list_of_those_it_reaches_only(world):
    promo = publish(world)
    assert eligible(world.alice) == [promo.id]
    assert [eligible(world.clients[name]) for name in ("bob", "dan", "erin", "frank")] == [[]] * 4


def test_who_wants_no_news_may_still_buy(world):
    promo = publish(world)
    assert eligible(world.carol) == [promo.id]


def test_having_been_told_takes_nothing_off_the_list(world):
    promo = activate(world)
    assert eligible(world.alice) == [promo.id]


def test_it_needs_no_activation(world):
    promo = publish(world)
    assert promo.run.activated_at is None
    assert eligible(world.alice) == [promo.id]


def test_the_nearest_comes_first_and_of_equals_the_older(world):
    far, near = at_a_stand(world, 1900), at_a_stand(world, 150)
    second_near = at_a_stand(world, 150)
    assert eligible(world.alice) == [near, second_near, far]


def test_each_promo_has_a_radius_of_its_own(world):
    at_a_stand(world, 5_000, max_distance_km=Decimal(2))
    wide = at_a_stand(world, 20_000, max_distance_km=Decimal("25.5"))
    assert eligible(world.alice) == [wide]


def test_a_client_that_nobody_knows_has_an_empty_list(world):
    publish(world)
    assert eligible(10**15) == []


def test_it_comes_with_its_start_and_goes_with_its_end(world, clock):
    now = app_now()
    promo = publish(world, start_time=now + timedelta(hours=1), end_time=now + timedelta(hours=2))
    assert eligible(world.alice) == []
    clock.advance(hours=1)
    assert eligible(world.alice) == [promo.id]
    clock.advance(hours=1)
    assert eligible(world.alice) == []


def test_a_draft_is_on_no_list(world):
    with transaction():
        lifecycle.create(terms(world))
    assert eligible(world.alice) == []


def test_a_pause_takes_it_off_and_resuming_brings_it_back(world):
    promo = publish(world)
    with transaction():
        lifecycle.pause(promo.id)
    assert eligible(world.alice) == []
    with transaction():
        lifecycle.resume(promo.id)
    assert eligible(world.alice) == [promo.id]


@pytest.mark.parametrize("stop", [campaign.cancel, campaign.delete])
def test_what_is_cancelled_or_deleted_is_gone(world, stop):
    promo = publish(world)
    with transaction():
        stop(promo.id)
    assert eligible(world.alice) == []


def test_what_is_held_is_still_listed_and_what_is_sold_out_is_gone(world):
    promo = publish(world)
    with transaction():
        reservation = hold(world.alice, promo.id)
    assert eligible(world.carol) == [promo.id]
    with transaction():
        settle.complete(world.alice, reservation.reservation_id)
    assert eligible(world.carol) == []


def test_it_follows_the_client(world):
    promo = publish(world)
    with transaction():
        clients.change(world.bob, {"latitude": LATITUDE, "longitude": LONGITUDE})
        clients.change(world.alice, {"latitude": -LATITUDE, "longitude": LONGITUDE})
    assert (eligible(world.bob), eligible(world.alice)) == ([promo.id], [])


def test_a_location_that_grows_too_old_empties_it(world, clock):
    with transaction():
        promo_id = publish_for_weeks(world)
    assert eligible(world.alice) == [promo_id]
    clock.advance(days=30)
    assert eligible(world.alice) == []


def publish_for_weeks(world) -> int:
    long = terms(world, end_time=app_now() + timedelta(days=60))
    return lifecycle.create(long, publish=True).id

"""A change of the catalogue reaches the promos that are not over."""

from datetime import timedelta
from decimal import Decimal

import pytest
from sqlalchemy import func, select

from flashpromo import insight
from flashpromo.db import app_now, session, transaction
from flashpromo.errors import InvalidFields, NotFound
from flashpromo.market.models import Product, Store
from flashpromo.promos import catalogue, lifecycle
from flashpromo.promos.models import Promo
from tests.promos.endings import OVER, fresh
from tests.story import activate, broken_promises, publish, terms
from tests.world import METRE


def move_store(world, metres: float) -> None:
    with transaction():
        store = session().get(Store, world.store_id)
        catalogue.change_store(world.store_id, None, latitude=store.latitude + metres * METRE)


def reprice(world, price: str) -> None:
    with transaction():
        catalogue.change_product(world.product_id, None, regular_price=Decimal(price))


def draft(world, **changes) -> Promo:
    with transaction():
        return lifecycle.create(terms(world, **changes))


def place_of(promo_id: int) -> str:
    return session().scalar(select(func.ST_AsText(Promo.location)).where(Promo.id == promo_id))


def tomorrow() -> dict:
    start = app_now() + timedelta(days=1)
    return {"start_time": start, "end_time": start + timedelta(hours=1)}


def test_a_promo_moves_with_its_store_and_reaches_whom_it_reaches_now(world):
    promo = publish(world, **tomorrow())
    move_store(world, 29_900)
    assert insight.explain(world.bob, promo.id).explanation.distance_m == pytest.approx(100, abs=20)
    assert insight.explain(world.bob, promo.id).explanation.reached
    assert not insight.explain(world.alice, promo.id).explanation.reached
    assert broken_promises() == set()


def test_drafts_and_paused_promos_move_too(world):
    promo = activate(world)
    with transaction():
        lifecycle.pause(promo.id)
    waiting = draft(world, **tomorrow())
    before = place_of(promo.id)
    move_store(world, 500)
    assert place_of(promo.id) == place_of(waiting.id) != before
    assert broken_promises() == set()


@pytest.mark.parametrize("step", OVER)
def test_what_is_over_stays_where_it_was(world, clock, step):
    promo = step(world, clock)
    before = place_of(promo.id)
    move_store(world, 500)
    assert place_of(promo.id) == before
    assert broken_promises() == set()


def test_a_new_name_moves_nothing(world):
    promo = publish(world, **tomorrow())
    before = place_of(promo.id)
    with transaction():
        catalogue.change_store(world.store_id, None, name="TechShop Centro")
    assert place_of(promo.id) == before


def test_somebody_elses_store_is_not_found(world):
    for step in (catalogue.change_store, catalogue.remove_store):
        with pytest.raises(NotFound), transaction():
            step(world.store_id, [world.store_id + 1])


def test_a_promo_follows_the_regular_price_of_its_product(world):
    promo = activate(world)
    reprice(world, "899.00")
    assert fresh(promo.id).regular_price == Decimal("899.00")
    assert fresh(promo.id).promo_price == Decimal("499.00")
    assert broken_promises() == set()


@pytest.mark.parametrize("price", ["499.00", "498.99"])
@pytest.mark.parametrize("make", [activate, draft])
def test_a_regular_price_must_stay_above_that_of_its_promos(world, make, price):
    promo = make(world)
    with pytest.raises(InvalidFields) as refusal:
        reprice(world, price)
    assert refusal.value.fields == {
        "regular_price": [f"Must be above the price of promo {promo.id}."]
    }
    assert session().get(Product, world.product_id, populate_existing=True).regular_price == 999
    assert fresh(promo.id).regular_price == 999


@pytest.mark.parametrize("step", OVER)
def test_what_is_over_keeps_the_price_it_was_measured_against(world, clock, step):
    promo = step(world, clock)
    reprice(world, "10.00")
    assert fresh(promo.id).regular_price == 999
    assert broken_promises() == set()


@pytest.mark.parametrize("make", [activate, lambda world: publish(world, **tomorrow())])
def test_the_currency_of_a_store_stays_while_somebody_may_buy(world, make):
    promo = make(world)
    with pytest.raises(InvalidFields) as refusal, transaction():
        catalogue.change_store(world.store_id, None, currency="MXN", name="Renamed")
    assert refusal.value.fields == {"currency": [f"Must stay USD until promo {promo.id} is over."]}
    store = session().get(Store, world.store_id, populate_existing=True)
    assert (store.currency, store.name) == ("USD", "TechShop")
    with transaction():
        catalogue.change_store(world.store_id, None, currency="USD", name="Renamed")


@pytest.mark.parametrize("step", OVER)
def test_a_currency_may_change_when_promos_are_drafts_or_over(world, clock, step):
    step(world, clock)
    draft(world, **tomorrow())
    with transaction():
        assert catalogue.change_store(world.store_id, None, currency="MXN").currency == "MXN"

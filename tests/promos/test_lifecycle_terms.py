"""What may be changed when, and what a refused change leaves behind: nothing."""

from decimal import Decimal

import pytest
from sqlalchemy import func, select

from flashpromo.db import app_now, session, transaction
from flashpromo.errors import InvalidFields
from flashpromo.promos import lifecycle
from flashpromo.promos.models import Promo, PromoSegment, PromoUnit
from tests.story import (
    activate,
    broken_promises,
    change,
    publish,
    terms,
)


@pytest.fixture
def other_product(world) -> int:
    with transaction():
        return world.add_product("Loudspeaker")


@pytest.mark.parametrize(
    ("wrong", "fields"),
    [
        ({"promo_price": Decimal("999.00")}, {"promo_price"}),
        ({"promo_price": Decimal("0.00")}, {"promo_price"}),
        ({"promo_price": Decimal("-1.00")}, {"promo_price"}),
        ({"quantity": 0}, {"quantity"}),
        ({"quantity": 100_001}, {"quantity"}),
        ({"max_distance_km": Decimal(0)}, {"max_distance_km"}),
        ({"max_distance_km": Decimal("50.000001")}, {"max_distance_km"}),
        ({"segment_ids": ()}, {"segment_ids"}),
        ({"segment_ids": (999,)}, {"segment_ids"}),
        ({"product_id": 999}, {"product_id"}),
        ({"promo_price": Decimal(0), "quantity": 0}, {"promo_price", "quantity"}),
    ],
)
def test_wrong_terms_are_named_and_leave_nothing(world, redis, wrong, fields):
    with pytest.raises(InvalidFields) as refusal:
        publish(world, **wrong)
    assert set(refusal.value.fields) == fields
    for table in (Promo, PromoUnit, PromoSegment):
        assert session().scalar(select(func.count()).select_from(table)) == 0
    assert redis.keys("rq:*") == []


def test_a_window_must_have_a_length(world):
    now = app_now()
    with pytest.raises(InvalidFields) as refusal:
        publish(world, start_time=now, end_time=now)
    assert set(refusal.value.fields) == {"end_time"}


def test_a_refused_change_leaves_the_promo_as_it_was(world):
    promo = activate(world)
    with pytest.raises(InvalidFields):
        change(promo.id, promo_price=Decimal("1.00"), quantity=0)
    fresh = session().get(Promo, promo.id, populate_existing=True)
    assert (fresh.promo_price, fresh.quantity) == (Decimal("499.00"), 1)


def test_one_cent_below_the_regular_price_is_a_price(world):
    assert publish(world, promo_price=Decimal("998.99")).promo_price == Decimal("998.99")


def test_the_product_is_fixed_once_published(world, other_product):
    promo = activate(world)
    with pytest.raises(InvalidFields) as refusal:
        change(promo.id, product_id=other_product)
    assert set(refusal.value.fields) == {"product_id"}
    change(promo.id, product_id=world.product_id)  # the same one is no change


def test_a_draft_may_change_its_product(world, other_product):
    with transaction():
        promo = lifecycle.create(terms(world))
    assert change(promo.id, product_id=other_product).product_id == other_product


def test_a_promo_keeps_each_of_its_segments_once(world):
    promo = publish(world, segment_ids=(world.frequent, world.new_users, world.frequent))
    assert promo.segment_ids == sorted({world.new_users, world.frequent})
    change(promo.id, segment_ids=(world.frequent,))
    listed = session().scalars(
        select(PromoSegment.segment_id).where(PromoSegment.promo_id == promo.id)
    )
    assert list(listed) == [world.frequent]
    assert broken_promises() == set()

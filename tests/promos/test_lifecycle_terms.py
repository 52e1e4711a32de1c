"""What may be changed when, and what a refused change leaves behind: nothing."""

from datetime import timedelta
from decimal import Decimal

import pytest
from sqlalchemy import func, select

from flashpromo import campaign
from flashpromo.checkout.hold import units_left
from flashpromo.db import app_now, session, transaction
from flashpromo.errors import InvalidFields
from flashpromo.promos import lifecycle
from flashpromo.promos.errors import PromoFinished, PromoOverlaps
from flashpromo.promos.models import Promo, PromoSegment, PromoUnit
from flashpromo.promos.states import State
from tests.story import (
    activate,
    broken_promises,
    change,
    complete,
    publish,
    release,
    state_of,
    take,
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


# --- quantity -----------------------------------------------------------------------------------


def unsold(promo_id: int) -> tuple[int, int]:
    left = units_left(promo_id, app_now())
    return left.free, left.unsold


def test_more_pieces_and_fewer(world):
    promo = activate(world)
    for quantity in (3, 2, 5, 1):
        change(promo.id, quantity=quantity)
        assert unsold(promo.id) == (quantity, quantity)
    assert session().scalar(select(func.max(PromoUnit.unit_no))) == 5  # closed ones are reused
    assert broken_promises() == set()


def test_held_and_sold_pieces_count(world):
    promo = activate(world, quantity=4)
    complete(take(world.alice, promo.id))
    held = take(world.carol, promo.id)
    with pytest.raises(InvalidFields) as refusal:
        change(promo.id, quantity=1)
    assert refusal.value.fields == {"quantity": ["2 units are already held or sold."]}
    change(promo.id, quantity=2)
    assert unsold(promo.id) == (0, 1)
    release(held)
    assert unsold(promo.id) == (1, 1)
    assert broken_promises() == set()


def test_a_piece_whose_hold_has_expired_is_free_to_go(world, clock):
    promo = activate(world, quantity=2)
    take(world.alice, promo.id)
    clock.advance(seconds=60)
    change(promo.id, quantity=1)
    assert unsold(promo.id) == (1, 1)
    assert broken_promises() == set()


def test_when_only_sold_ones_remain_it_is_sold_out(world):
    promo = activate(world, quantity=2)
    complete(take(world.alice, promo.id))
    change(promo.id, quantity=1)
    assert state_of(promo.id) is State.SOLD_OUT
    with pytest.raises(PromoFinished):
        change(promo.id, quantity=2)
    assert broken_promises() == set()


# --- the window of a product --------------------------------------------------------------------


def test_a_second_promo_in_the_same_window_is_refused_and_the_first_is_named(world):
    first = activate(world)
    with pytest.raises(PromoOverlaps) as refusal:
        publish(
            world,
            start_time=first.end_time - timedelta(seconds=1),
            end_time=first.end_time + timedelta(hours=1),
        )
    assert refusal.value.extra["promo_ids"] == [first.id]
    assert refusal.value.code == "promo_overlaps"


def test_one_after_the_other_is_no_overlap(world):
    first = activate(world)
    second = publish(world, start_time=first.end_time, end_time=first.end_time + timedelta(hours=1))
    assert state_of(second.id) is State.SCHEDULED
    assert broken_promises() == set()


def test_drafts_may_overlap_until_they_are_published(world):
    first = activate(world)
    with transaction():
        second = lifecycle.create(terms(world))
    with pytest.raises(PromoOverlaps):
        change(second.id, is_active=True)
    assert state_of(second.id) is State.DRAFT
    change(first.id, is_active=False)
    change(second.id, is_active=True)
    assert state_of(second.id) is State.RUNNING


def test_moving_into_another_one_is_refused(world):
    first = activate(world)
    later = first.end_time
    second = publish(world, start_time=later, end_time=later + timedelta(hours=1))
    with pytest.raises(PromoOverlaps) as refusal:
        change(second.id, start_time=later - timedelta(minutes=1))
    assert refusal.value.extra["promo_ids"] == [first.id]
    change(second.id, end_time=later + timedelta(hours=2))  # its own window is no obstacle


@pytest.mark.parametrize("how", ["sold_out", "cancelled", "ended"])
def test_what_is_over_blocks_nothing_swept_or_not(world, clock, how):
    first = activate(world, end_time=app_now() + timedelta(hours=1))
    if how == "sold_out":
        complete(take(world.alice, first.id))
    elif how == "cancelled":
        with transaction():
            campaign.cancel(first.id)
    else:
        clock.advance(hours=1)
    second = publish(world, start_time=first.start_time)
    assert state_of(second.id) is State.RUNNING
    assert state_of(first.id).value == how
    assert broken_promises() == set()

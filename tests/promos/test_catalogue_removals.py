"""What a live promo needs cannot be deleted; drafts go with their product."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from flashpromo.audience.models import Segment
from flashpromo.db import app_now, session, transaction
from flashpromo.errors import InUse, InvalidFields, NotFound
from flashpromo.market.models import Product, Store
from flashpromo.promos import catalogue, lifecycle
from flashpromo.promos.models import Promo
from flashpromo.promos.states import State
from tests.promos.endings import OVER, fresh
from tests.story import activate, broken_promises, change, publish, state_of, terms


def draft(world, **changes) -> Promo:
    with transaction():
        return lifecycle.create(terms(world, **changes))


def tomorrow() -> dict:
    start = app_now() + timedelta(days=1)
    return {"start_time": start, "end_time": start + timedelta(hours=1)}


REMOVALS = {
    "store": lambda world: catalogue.remove_store(world.store_id, None),
    "product": lambda world: catalogue.remove_product(world.product_id, None),
    "segment": lambda world: catalogue.remove_segment(world.new_users),
}


def remove(world, what: str) -> None:
    with transaction():
        REMOVALS[what](world)


def deleted(world, what: str) -> bool:
    table, row_id = {
        "store": (Store, world.store_id),
        "product": (Product, world.product_id),
        "segment": (Segment, world.new_users),
    }[what]
    return session().get(table, row_id, populate_existing=True).deleted_at is not None


def scheduled(world) -> Promo:
    return publish(world, **tomorrow())


def paused(world) -> Promo:
    promo = activate(world)
    with transaction():
        return lifecycle.pause(promo.id)


@pytest.mark.parametrize("what", REMOVALS)
@pytest.mark.parametrize("make", [scheduled, activate, paused])
def test_what_a_live_promo_needs_cannot_be_deleted(world, make, what):
    promo = make(world)
    with pytest.raises(InUse) as refusal:
        remove(world, what)
    assert refusal.value.extra["promo_ids"] == [promo.id]
    assert refusal.value.code == "in_use"
    assert not deleted(world, what)


@pytest.mark.parametrize("what", REMOVALS)
@pytest.mark.parametrize("step", OVER)
def test_what_only_past_promos_needed_can_go_and_they_stay(world, clock, step, what):
    promo = step(world, clock)
    remove(world, what)
    assert deleted(world, what)
    assert fresh(promo.id).deleted_at is None
    assert state_of(promo.id) in (State.ENDED, State.SOLD_OUT, State.CANCELLED)
    assert broken_promises() == set()


@pytest.mark.parametrize("what", ["store", "product"])
def test_drafts_go_with_their_product(world, what):
    promo = draft(world)
    remove(world, what)
    assert fresh(promo.id).deleted_at is not None
    with pytest.raises(NotFound):
        change(promo.id, is_active=True)
    assert broken_promises() == set()


def test_a_segment_that_a_draft_is_offered_to_cannot_be_deleted(world):
    promo = draft(world)
    with pytest.raises(InUse):
        remove(world, "segment")
    change(promo.id, segment_ids=(world.frequent,))
    remove(world, "segment")
    assert deleted(world, "segment")


def test_a_store_takes_all_its_products_along(world):
    with transaction():
        other = world.add_product("Loudspeaker")
    remove(world, "store")
    products = session().scalars(select(Product).execution_options(populate_existing=True))
    assert {product.id for product in products if product.deleted_at} == {world.product_id, other}


@pytest.mark.parametrize("what", ["store", "product"])
def test_nothing_new_is_offered_of_what_is_deleted(world, what):
    remove(world, what)
    with pytest.raises(InvalidFields) as refusal:
        publish(world)
    assert set(refusal.value.fields) == {"product_id"}


def test_nothing_new_is_offered_to_a_deleted_segment(world):
    remove(world, "segment")
    with pytest.raises(InvalidFields) as refusal:
        publish(world)
    assert set(refusal.value.fields) == {"segment_ids"}

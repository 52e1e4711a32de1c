"""What merchants and operators do with stores, products and members."""

import pytest

from tests.api.conftest import Caller, People
from tests.api.uploading import answered
from tests.audit.conftest import Events
from tests.world import World

STORES, PRODUCTS = "/api/market/stores/", "/api/market/products/"
CORNER = {"name": "Corner", "latitude": 1.5, "longitude": 2, "time_zone": "UTC", "currency": "MXN"}


@pytest.fixture
def store(world: World) -> str:
    return f"{STORES}{world.store_id}/"


def test_a_store_that_is_opened_has_an_owner(techshop: Caller, events: Events):
    events()
    store_id = techshop.post(STORES, CORNER).json["id"]
    opened, let_in = events()
    assert (opened.action, opened.subject_kind, opened.subject_id) == (
        "store.created",
        "store",
        str(store_id),
    )
    assert (opened.before, opened.after) == ({}, CORNER)
    assert (let_in.action, let_in.subject_kind, let_in.subject_id, let_in.after) == (
        "member.added",
        "user",
        str(techshop.user_id),
        {"role": "owner"},
    )
    assert {opened.store_id, let_in.store_id} == {store_id}


def test_it_says_who_by_which_door_and_from_where(techshop: Caller, store: str, events: Events):
    events()
    techshop.patch(store, {"name": "TechShop 2"}, environ_base={"REMOTE_ADDR": "192.0.2.7"})
    (event,) = events()
    assert (event.actor_kind, event.actor_id, event.actor_name) == (
        "merchant",
        techshop.user_id,
        "techshop",
    )
    assert (event.door, event.address) == ("api", "192.0.2.7")


def test_only_what_has_changed_is_told(operator: Caller, store: str, events: Events):
    events()
    before = operator.get(store).json
    operator.put(store, before | {"name": "Moved", "latitude": 19.5})
    (event,) = events()
    assert event.action == "store.changed"
    assert event.before == {"name": "TechShop", "latitude": before["latitude"]}
    assert event.after == {"name": "Moved", "latitude": 19.5}


def test_what_changes_nothing_is_no_change(operator: Caller, store: str, events: Events):
    events()
    assert operator.put(store, operator.get(store).json).status_code == 200
    assert operator.patch(store, {}).status_code == 200
    assert events() == []


def test_a_product_with_money_as_the_api_writes_it(techshop: Caller, world: World, events: Events):
    events()
    body = {"name": "Radio", "store_id": world.store_id, "regular_price": 100}
    path = techshop.post(PRODUCTS, body).headers["Location"]
    techshop.patch(path, {"regular_price": "99.5", "name": "Radio"})
    techshop.delete(path)
    created, changed, deleted = events()
    assert [each.action for each in (created, changed, deleted)] == [
        "product.created",
        "product.changed",
        "product.deleted",
    ]
    assert created.after == {"name": "Radio", "regular_price": "100.00", "external_id": None}
    assert (changed.before, changed.after) == (
        {"regular_price": "100.00"},
        {"regular_price": "99.50"},
    )
    assert (deleted.before["name"], deleted.after) == ("Radio", {})
    assert {each.store_id for each in (created, changed, deleted)} == {world.store_id}


def test_members_come_rise_and_go(
    techshop: Caller, people: People, world: World, store: str, events: Events
):
    ben = people.merchant("ben")
    events()
    techshop.post(f"{store}members/", {"username": "ben", "role": "staff"})
    techshop.put(f"{store}members/{ben.user_id}/", {"role": "owner"})
    techshop.put(f"{store}members/{ben.user_id}/", {"role": "owner"})
    techshop.delete(f"{store}members/{ben.user_id}/")
    told = events()
    assert [(each.action, each.before, each.after) for each in told] == [
        ("member.added", {}, {"role": "staff"}),
        ("member.changed", {"role": "staff"}, {"role": "owner"}),
        ("member.removed", {"role": "owner"}, {}),
    ]
    assert {(each.subject_id, each.store_id) for each in told} == {
        (str(ben.user_id), world.store_id)
    }


def test_a_store_that_goes_takes_its_products_along(
    techshop: Caller, world: World, store: str, events: Events
):
    events()
    assert techshop.delete(store).status_code == 204
    product, gone = events()
    assert (product.action, product.before) == ("product.deleted", {"name": "Headphones XYZ"})
    assert (gone.action, gone.before["name"]) == ("store.deleted", "TechShop")


def test_an_import_is_one_event(techshop: Caller, world: World, store: str, events: Events):
    events()
    rows = [
        {"external_id": f"sku-{number}", "name": "Lamp", "regular_price": 5} for number in range(30)
    ]
    rows = [row | {"store_id": world.store_id} for row in [*rows, {"external_id": "sku-99"}]]
    answered(techshop, f"{PRODUCTS}bulk/", rows)
    (event,) = events()
    assert (event.action, event.subject_kind, event.subject_id) == (
        "product.imported",
        "product",
        None,
    )
    assert event.after == {"created": 30, "updated": 0, "rejected": 1}


def test_a_refusal_is_no_change(techshop: Caller, world: World, store: str, events: Events):
    events()
    assert techshop.patch(store, {"name": "", "latitude": 3}).status_code == 422
    body = {"name": "Radio", "store_id": world.store_id, "regular_price": -1}
    assert techshop.post(PRODUCTS, body).status_code == 422
    assert events() == []

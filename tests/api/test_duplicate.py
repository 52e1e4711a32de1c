"""A promo once more, over the API."""

import pytest

from tests.api.conftest import Caller
from tests.api.test_promos import PROMOS, later, terms
from tests.conftest import Clock
from tests.world import World


@pytest.fixture
def path(techshop: Caller, world: World) -> str:
    return techshop.post(PROMOS, terms(world, quantity=3)).headers["Location"]


def test_a_new_draft_with_the_same_terms(techshop: Caller, path: str):
    copied = techshop.post(f"{path}duplicate/")
    assert copied.status_code == 201
    shown, source = copied.json, techshop.get(path).json
    assert copied.headers["Location"] == f"{PROMOS}{shown['id']}/"
    assert techshop.get(copied.headers["Location"]).json == shown
    assert (shown["state"], shown["is_active"]) == ("draft", False)
    same = ("product", "promo_price", "segments", "max_distance_km", "quantity")
    assert {name: shown[name] for name in same} == {name: source[name] for name in same}
    assert shown["id"] != source["id"]
    assert shown["start_time"] > source["start_time"]


def test_some_terms_may_be_different(techshop: Caller, path: str, world: World):
    changes = {
        "promo_price": "1.50",
        "start_time": later(world, days=3),
        "end_time": later(world, days=4),
        "is_active": True,
    }
    shown = techshop.post(f"{path}duplicate/", changes).json
    assert (shown["promo_price"], shown["quantity"], shown["state"]) == ("1.50", 3, "draft")
    start = shown["start_time"].removesuffix("Z")
    assert later(world, days=3).startswith(start)


def test_a_finished_promo_may_begin_again(techshop: Caller, path: str, clock: Clock):
    techshop.post(f"{path}cancel/")
    clock.advance(days=30)
    draft = techshop.post(f"{path}duplicate/", {}).headers["Location"]
    assert techshop.patch(draft, {"is_active": True}).json["state"] == "scheduled"


@pytest.mark.parametrize(
    ("changes", "wrong"),
    [
        ({"promo_price": "999.00"}, "promo_price"),
        ({"promo_price": None}, "promo_price"),
        ({"segment_ids": [99]}, "segment_ids"),
        ({"product_id": 99}, "product_id"),
        ({"end_time": "2020-01-01T00:00:00Z"}, "end_time"),
        ({"quantity": 0}, "quantity"),
    ],
)
def test_a_wrong_term_is_named(techshop: Caller, path: str, changes, wrong, rows):
    refused = techshop.post(f"{path}duplicate/", changes)
    assert (refused.status_code, set(refused.json["errors"])) == (422, {wrong})
    assert rows("promo") == 1


@pytest.mark.parametrize("body", ["null", "[]", "{", "1"])
def test_a_body_that_is_no_object_is_refused(techshop: Caller, path: str, body: str):
    refused = techshop.post(f"{path}duplicate/", data=body)
    assert refused.status_code == 400


def test_a_missing_body_is_refused_elsewhere(techshop: Caller):
    assert techshop.post(PROMOS).status_code == 400


def test_only_for_the_store_and_operators(
    operator: Caller, cafe: Caller, alice: Caller, path: str, world: World, cafe_id: int
):
    assert cafe.post(f"{path}duplicate/").status_code == 404
    assert alice.post(f"{path}duplicate/").status_code == 403
    assert operator.post(f"{path}duplicate/").status_code == 201
    own = {"name": "Cake", "store_id": cafe_id, "regular_price": "5.00"}
    product_id = cafe.post("/api/market/products/", own).json["id"]
    cake = terms(world, product_id=product_id, promo_price="1.00")
    mine = cafe.post(PROMOS, cake).headers["Location"]
    assert cafe.post(f"{mine}duplicate/", {"product_id": world.product_id}).status_code == 404
    assert cafe.post(f"{mine}duplicate/").status_code == 201


def test_a_request_that_is_repeated_makes_one_draft(techshop: Caller, path: str, rows):
    key = {"Idempotency-Key": "once"}
    first = techshop.post(f"{path}duplicate/", headers=key)
    again = techshop.post(f"{path}duplicate/", headers=key)
    assert (again.status_code, again.json) == (201, first.json)
    assert rows("promo") == 2

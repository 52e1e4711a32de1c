"""Promos over the API: their life, and who sees what of it."""

from datetime import timedelta

import pytest

from tests.api.conftest import Caller, People
from tests.conftest import Clock
from tests.world import World

PROMOS = "/api/promotions/flash-promos/"


def terms(world: World, **changes):
    """A promo of the headphones from now, for two hours."""
    return {
        "product_id": world.product_id,
        "promo_price": "499.00",
        "start_time": (world.now - timedelta(minutes=1)).isoformat(),
        "end_time": (world.now + timedelta(hours=2)).isoformat(),
        "segment_ids": [world.new_users],
        "max_distance_km": 2,
        "is_active": True,
    } | changes


def later(world: World, **delta: float) -> str:
    return (world.now + timedelta(**delta)).isoformat()


def test_a_promo_is_shown_as_the_contract_says(techshop: Caller, world: World):
    created = techshop.post(PROMOS, terms(world))
    assert created.status_code == 201
    shown = created.json
    assert techshop.get(created.headers["Location"]).json == shown
    assert {
        "promo_price": "499.00",
        "regular_price": "999.00",
        "max_distance_km": 2.0,
        "is_active": True,
        "quantity": 1,
        "state": "running",
        "segments": [{"id": world.new_users, "name": "New users", "description": ""}],
    }.items() <= shown.items()
    assert shown["product"]["store"]["name"] == "TechShop"
    assert shown["product"]["regular_price"] == "999.00"
    assert shown["start_time"].endswith("Z")


def test_what_is_not_said_has_its_default(techshop: Caller, world: World):
    said = terms(world)
    del said["max_distance_km"], said["is_active"]
    shown = techshop.post(PROMOS, said).json
    assert (shown["max_distance_km"], shown["is_active"], shown["state"]) == (2.0, False, "draft")


def test_numbers_may_be_decimal_strings(techshop: Caller, world: World):
    sent = terms(world, promo_price=499.5, max_distance_km="2.50", quantity="3")
    shown = techshop.post(PROMOS, sent).json
    assert (shown["promo_price"], shown["max_distance_km"], shown["quantity"]) == ("499.50", 2.5, 3)


def test_what_was_read_can_be_sent_back(techshop: Caller, world: World):
    shown = techshop.post(PROMOS, terms(world)).json
    again = techshop.put(f"{PROMOS}{shown['id']}/", shown)
    assert again.status_code == 200
    assert {**again.json, "updated_at": ""} == {**shown, "updated_at": ""}


def test_publishing_and_withdrawing(techshop: Caller, world: World):
    path = techshop.post(
        PROMOS, terms(world, is_active=False, start_time=later(world, hours=1))
    ).headers["Location"]
    assert techshop.patch(path, {"is_active": True}).json["state"] == "scheduled"
    assert techshop.patch(path, {"is_active": False}).json["state"] == "draft"


def test_pause_resume_cancel(techshop: Caller, world: World):
    path = techshop.post(PROMOS, terms(world)).headers["Location"]
    assert techshop.post(f"{path}pause/").json["state"] == "paused"
    assert techshop.post(f"{path}resume/").json["state"] == "running"
    cancelled = techshop.post(f"{path}cancel/")
    assert (cancelled.status_code, cancelled.json["state"]) == (200, "cancelled")
    assert cancelled.json["is_active"] is False
    refused = techshop.patch(path, {"promo_price": "1.00"})
    assert (refused.status_code, refused.json["code"]) == (409, "promo_finished")


def test_an_overlap_is_409(techshop: Caller, world: World):
    techshop.post(PROMOS, terms(world))
    twin = techshop.post(PROMOS, terms(world))
    assert (twin.status_code, twin.json["code"]) == (409, "promo_overlaps")


def test_delete(techshop: Caller, world: World):
    path = techshop.post(PROMOS, terms(world)).headers["Location"]
    assert techshop.delete(path).status_code == 204
    assert techshop.get(path).status_code == 404
    assert techshop.get(PROMOS).json["count"] == 0


def test_a_merchant_has_nothing_to_do_with_other_stores(
    techshop: Caller, cafe: Caller, world: World
):
    path = techshop.post(PROMOS, terms(world)).headers["Location"]
    assert cafe.get(PROMOS).json["count"] == 0
    assert cafe.get(f"{PROMOS}running/").json["count"] == 0
    assert cafe.get(path).status_code == 404
    assert cafe.patch(path, {"promo_price": "1.00"}).status_code == 404
    assert cafe.put(path, terms(world)).status_code == 404
    assert cafe.delete(path).status_code == 404
    for step in ("pause", "resume", "cancel"):
        assert cafe.post(f"{path}{step}/").status_code == 404
    assert cafe.post(PROMOS, terms(world)).status_code == 404
    assert techshop.get(path).json["state"] == "running"


def test_clients_see_what_has_started(techshop: Caller, alice: Caller, world: World):
    running = techshop.post(PROMOS, terms(world)).json["id"]
    coming = techshop.post(
        PROMOS, terms(world, start_time=later(world, days=1), end_time=later(world, days=2))
    ).json["id"]
    draft = techshop.post(PROMOS, terms(world, is_active=False)).json["id"]
    assert [promo["id"] for promo in alice.get(PROMOS).json["results"]] == [running]
    assert alice.get(f"{PROMOS}{running}/").status_code == 200
    assert alice.get(f"{PROMOS}{coming}/").status_code == 404
    assert alice.get(f"{PROMOS}{draft}/").status_code == 404
    assert alice.post(PROMOS, terms(world)).status_code == 403
    assert alice.delete(f"{PROMOS}{running}/").status_code == 403
    assert alice.post(f"{PROMOS}{running}/pause/").status_code == 403


def test_running_and_eligible(techshop: Caller, people: People, alice: Caller, world: World):
    promo_id = techshop.post(PROMOS, terms(world)).json["id"]
    bob = people.client("bob", world.bob)
    for caller in (techshop, alice, bob):
        assert [each["id"] for each in caller.get(f"{PROMOS}running/").json["results"]] == [
            promo_id
        ]
    eligible = alice.get(f"{PROMOS}eligible/").json
    assert (eligible["count"], eligible["results"][0]["id"]) == (1, promo_id)
    assert bob.get(f"{PROMOS}eligible/").json["results"] == []
    assert techshop.get(f"{PROMOS}eligible/").status_code == 403


def test_a_change_is_seen_by_the_next_request(
    techshop: Caller, operator: Caller, alice: Caller, world: World
):
    path = techshop.post(PROMOS, terms(world)).headers["Location"]
    lists = [f"{PROMOS}running/", f"{PROMOS}eligible/"]
    assert [alice.get(each).json["count"] for each in lists] == [1, 1]
    techshop.post(f"{path}pause/")
    assert [alice.get(each).json["count"] for each in lists] == [0, 0]
    techshop.post(f"{path}resume/")
    operator.patch(f"/api/users/clients-profiles/{world.alice}/", {"latitude": 0})
    assert [alice.get(each).json["count"] for each in lists] == [1, 0]


def test_lists_turn_over_at_the_end_of_a_promo(
    techshop: Caller, alice: Caller, world: World, clock: Clock
):
    techshop.post(PROMOS, terms(world, end_time=later(world, seconds=600)))
    assert alice.get(f"{PROMOS}running/?page=1").json["count"] == 1
    clock.advance(seconds=601)
    assert alice.get(f"{PROMOS}running/?page=1&again").json["count"] == 0


def test_promos_are_filtered(techshop: Caller, world: World):
    techshop.post(PROMOS, terms(world))
    draft = techshop.post(PROMOS, terms(world, is_active=False)).json["id"]
    assert [each["id"] for each in techshop.get(f"{PROMOS}?state=draft").json["results"]] == [draft]
    assert techshop.get(f"{PROMOS}?product_id={world.product_id}").json["count"] == 2
    assert techshop.get(f"{PROMOS}?product_id=999").json["count"] == 0


@pytest.mark.parametrize("query", ["state=unheard_of", "product_id=x", f"product_id={10**20}"])
def test_a_wrong_filter_is_400(techshop: Caller, query: str):
    answer = techshop.get(f"{PROMOS}?{query}")
    assert answer.status_code == 400
    assert set(answer.json["errors"]) == {query.partition("=")[0]}


def test_what_a_promo_needs_cannot_be_deleted(operator: Caller, techshop: Caller, world: World):
    path = techshop.post(PROMOS, terms(world)).headers["Location"]
    needed = [
        f"/api/market/stores/{world.store_id}/",
        f"/api/market/products/{world.product_id}/",
        f"/api/users/user-segments/{world.new_users}/",
    ]
    for each in needed:
        refused = operator.delete(each)
        assert (refused.status_code, refused.json["code"]) == (409, "in_use")
    techshop.post(f"{path}cancel/")
    assert [operator.delete(each).status_code for each in reversed(needed)] == [204, 204, 204]


def test_a_regular_price_stays_above_its_promos(techshop: Caller, world: World):
    techshop.post(PROMOS, terms(world))
    product = f"/api/market/products/{world.product_id}/"
    refused = techshop.patch(product, {"regular_price": "499.00"})
    assert (refused.status_code, set(refused.json["errors"])) == (422, {"regular_price"})
    assert techshop.patch(product, {"regular_price": "600"}).json["regular_price"] == "600.00"
    assert techshop.get(PROMOS).json["results"][0]["regular_price"] == "600.00"

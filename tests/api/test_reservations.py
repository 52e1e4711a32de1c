"""Reserve, complete, release: the answers that are final."""

import pytest
from redis import Redis

from tests.api.conftest import Caller, People
from tests.api.test_promos import PROMOS, terms
from tests.conftest import Clock
from tests.world import World

RESERVATIONS = "/api/promotions/promo-reservations/"


@pytest.fixture
def promo_id(techshop: Caller, world: World) -> int:
    return techshop.post(PROMOS, terms(world)).json["id"]


@pytest.fixture
def ann(people: People, world: World, operator: Caller) -> Caller:
    """Another client near TechShop."""
    place = {"latitude": 19.4327, "longitude": -99.1333, "segment_ids": [world.new_users]}
    client_id = operator.post("/api/users/clients-profiles/", place).json["id"]
    return people.client("ann", client_id)


def test_a_client_reserves_and_completes(alice: Caller, promo_id: int):
    reserved = alice.post(RESERVATIONS, {"promo_id": promo_id})
    assert reserved.status_code == 201
    shown = reserved.json
    assert shown["promo"]["id"] == promo_id
    assert (shown["completed"], shown["state"]) == (False, "held")
    assert {"id", "reservation_id", "created_at", "expires_at"} <= shown.keys()

    completed = alice.post(f"{RESERVATIONS}{shown['id']}/complete/")
    assert completed.status_code == 200
    assert (completed.json["completed"], completed.json["state"]) == (True, "completed")
    assert completed.json["promo"]["state"] == "sold_out"
    again = alice.post(f"{RESERVATIONS}{shown['reservation_id']}/complete/")
    assert (again.status_code, again.json) == (200, completed.json)
    assert alice.get(RESERVATIONS).json["results"] == [completed.json]


def test_the_loser_is_told_why(alice: Caller, ann: Caller, promo_id: int):
    held = alice.post(RESERVATIONS, {"promo_id": promo_id}).json
    refused = ann.post(RESERVATIONS, {"promo_id": promo_id})
    assert (refused.status_code, refused.json["code"]) == (409, "already_held")
    alice.post(f"{RESERVATIONS}{held['id']}/complete/")
    refused = ann.post(RESERVATIONS, {"promo_id": promo_id})
    assert (refused.status_code, refused.json["code"]) == (409, "sold_out")


def test_an_expired_hold_cannot_be_completed(
    alice: Caller, promo_id: int, clock: Clock, redis: Redis
):
    held = alice.post(RESERVATIONS, {"promo_id": promo_id}).json
    clock.advance(seconds=61)
    redis.flushdb()  # its clock has not moved, so its "taken" would outlive the hold
    refused = alice.post(f"{RESERVATIONS}{held['id']}/complete/")
    assert (refused.status_code, refused.json["code"]) == (409, "reservation_expired")
    waits = alice.post(RESERVATIONS, {"promo_id": promo_id})
    assert (waits.status_code, waits.json["code"]) == (429, "cool_down")
    assert int(waits.headers["Retry-After"]) == waits.json["retry_after_seconds"] > 0


def test_a_released_unit_is_free_at_once(alice: Caller, ann: Caller, promo_id: int):
    held = alice.post(RESERVATIONS, {"promo_id": promo_id}).json
    released = alice.post(f"{RESERVATIONS}{held['reservation_id']}/release/")
    assert (released.status_code, released.json["state"]) == (200, "released")
    assert ann.post(RESERVATIONS, {"promo_id": promo_id}).status_code == 201


def test_not_eligible_comes_with_the_reason(people: People, world: World, promo_id: int):
    bob = people.client("bob", world.bob)
    refused = bob.post(RESERVATIONS, {"promo_id": promo_id})
    assert (refused.status_code, refused.json["code"]) == (403, "not_eligible")
    assert refused.json["reason"] == "out_of_range"
    assert refused.json["reasons"] == ["out_of_range"]


def test_a_paused_promo_is_not_running(alice: Caller, techshop: Caller, promo_id: int):
    techshop.post(f"{PROMOS}{promo_id}/pause/")
    refused = alice.post(RESERVATIONS, {"promo_id": promo_id})
    assert (refused.status_code, refused.json["code"]) == (409, "promo_not_running")


def test_nobody_touches_the_reservation_of_another(alice: Caller, ann: Caller, promo_id: int):
    held = alice.post(RESERVATIONS, {"promo_id": promo_id}).json
    for key in (held["id"], held["reservation_id"]):
        assert ann.post(f"{RESERVATIONS}{key}/complete/").status_code == 404
        assert ann.post(f"{RESERVATIONS}{key}/release/").status_code == 404
    assert ann.get(RESERVATIONS).json["count"] == 0


def test_only_clients_reserve(operator: Caller, techshop: Caller, promo_id: int):
    for staff in (operator, techshop):
        assert staff.post(RESERVATIONS, {"promo_id": promo_id}).status_code == 403
        assert staff.get(RESERVATIONS).status_code == 403
        assert staff.post(f"{RESERVATIONS}1/complete/").status_code == 403


@pytest.mark.parametrize(
    "key", ["0", "9" * 19, "9" * 20, "9" * 5000, "-1", "x", "0" * 36, "-" * 36, "%00"]
)
def test_a_strange_key_is_not_found(alice: Caller, key: str):
    answer = alice.post(f"{RESERVATIONS}{key}/complete/")
    assert (answer.status_code, answer.json["code"]) == (404, "not_found")


@pytest.mark.parametrize("promo_id", [0, -1, 2**63, 10**30, 1.5, "x", None, True, [1], {}])
def test_a_strange_promo_is_a_wrong_field(alice: Caller, promo_id):
    answer = alice.post(RESERVATIONS, {"promo_id": promo_id})
    assert (answer.status_code, set(answer.json["errors"])) == (422, {"promo_id"})


def test_an_unknown_promo_is_not_found(alice: Caller):
    assert alice.post(RESERVATIONS, {"promo_id": 999}).status_code == 404


def test_one_reservation_is_found_by_either_of_its_ids(alice: Caller, promo_id: int):
    made = alice.post(RESERVATIONS, {"promo_id": promo_id})
    found = alice.get(made.headers["Location"])
    assert (found.status_code, found.json) == (200, made.json)
    assert alice.get(f"{RESERVATIONS}{made.json['reservation_id']}/").json == made.json


def test_a_reservation_is_its_own_clients_alone(
    alice: Caller, ann: Caller, techshop: Caller, promo_id: int
):
    made = alice.post(RESERVATIONS, {"promo_id": promo_id}).json
    for key in (made["id"], made["reservation_id"]):
        assert ann.get(f"{RESERVATIONS}{key}/").status_code == 404
        assert techshop.get(f"{RESERVATIONS}{key}/").status_code == 403
    assert alice.get(f"{RESERVATIONS}999/").status_code == 404

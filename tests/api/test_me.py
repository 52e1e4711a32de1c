"""What a client says about itself: its choices and its location; its leaving."""

from datetime import timedelta

import pytest

from tests.api.conftest import PASSWORD, Caller, People
from tests.conftest import Clock
from tests.story import broken_promises
from tests.world import LATITUDE, LONGITUDE, World

ME = "/api/users/clients-profiles/me/"
LOCATION = f"{ME}location/"
PROMOS = "/api/promotions/flash-promos/"
ELIGIBLE = f"{PROMOS}eligible/"
RESERVATIONS = "/api/promotions/promo-reservations/"
HERE = {"latitude": LATITUDE, "longitude": LONGITUDE}
MADRID = {"latitude": 40.4168, "longitude": -3.7038}


@pytest.fixture
def promo(operator: Caller, world: World) -> int:
    """It runs, and reaches Alice."""
    sent = {
        "product_id": world.product_id,
        "promo_price": "499.00",
        "start_time": world.now.isoformat(),
        "end_time": (world.now + timedelta(hours=2)).isoformat(),
        "segment_ids": [world.new_users],
        "is_active": True,
    }
    return operator.post(PROMOS, sent).json["id"]


def eligible(caller: Caller) -> list[int]:
    return [each["id"] for each in caller.get(ELIGIBLE).json["results"]]


def test_me_is_my_profile(alice: Caller, operator: Caller, world: World):
    shown = alice.get(ME).json
    assert shown == operator.get(f"/api/users/clients-profiles/{world.alice}/").json
    assert (shown["quiet_from"], shown["quiet_until"]) == (None, None)


def test_staff_are_no_clients(operator: Caller, techshop: Caller):
    for caller in (operator, techshop):
        assert caller.get(ME).status_code == 403
        assert caller.put(LOCATION, HERE).status_code == 403
        assert caller.delete(ME).status_code == 403


def test_a_client_changes_its_own_choices(alice: Caller):
    choices = {
        "opted_in": False,
        "quiet_from": "22:30",
        "quiet_until": "07:00",
        "email": "alice@example.org",
    }
    changed = alice.patch(ME, choices)
    assert changed.status_code == 200
    shown = alice.get(ME).json
    assert changed.json == shown
    assert shown["user"]["email"] == choices.pop("email")
    assert {name: shown[name] for name in choices} == choices
    cleared = alice.patch(ME, {"quiet_from": None, "quiet_until": None}).json
    assert (cleared["quiet_from"], cleared["opted_in"]) == (None, False)
    assert alice.patch(ME, {"time_zone": "Asia/Tokyo"}).json["time_zone"] == "Asia/Tokyo"
    assert alice.patch(ME, {}).json == alice.get(ME).json


def test_but_not_what_is_the_marketplaces(alice: Caller, world: World):
    before = alice.get(ME).json
    wanted = {"segment_ids": [world.frequent], "external_id": "x", "username": "bob", **MADRID}
    assert alice.patch(ME, wanted).json == before


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"quiet_from": "22:00"}, "quiet_until"),
        ({"quiet_until": "07:00"}, "quiet_from"),
        ({"quiet_from": "07:00", "quiet_until": "07:00"}, "quiet_until"),
        ({"quiet_from": "7:00", "quiet_until": "08:00"}, "quiet_from"),
        ({"quiet_from": "24:00", "quiet_until": "08:00"}, "quiet_from"),
        ({"quiet_from": "22:00:00", "quiet_until": "08:00"}, "quiet_from"),
        ({"quiet_from": 22, "quiet_until": "08:00"}, "quiet_from"),
        ({"time_zone": "Mars/Olympus"}, "time_zone"),
        ({"opted_in": "no"}, "opted_in"),
        ({"email": "nowhere"}, "email"),
        ({"email": None}, "email"),
    ],
)
def test_a_wrong_choice_is_named(alice: Caller, body, field):
    before = alice.get(ME).json
    refused = alice.patch(ME, body)
    assert (refused.status_code, set(refused.json["errors"])) == (422, {field})
    assert alice.get(ME).json == before


def test_operators_see_and_set_quiet_hours(operator: Caller, world: World):
    path = f"/api/users/clients-profiles/{world.alice}/"
    hours = {"quiet_from": "13:00", "quiet_until": "15:00"}
    shown = operator.patch(path, hours).json
    assert {name: shown[name] for name in hours} == hours
    later = operator.patch(path, {"quiet_until": "16:00"}).json
    assert (later["quiet_from"], later["quiet_until"]) == ("13:00", "16:00")
    half = operator.patch(path, {"quiet_from": None})
    assert (half.status_code, set(half.json["errors"])) == (422, {"quiet_from"})
    created = operator.post("/api/users/clients-profiles/", hours)
    assert created.json["quiet_from"] == "13:00"
    assert operator.put(path, shown).json["quiet_until"] == "15:00"


def test_where_i_am(alice: Caller, world: World):
    sent = {**HERE, "accuracy_m": "12.5", "located_at": world.now.isoformat()}
    put = alice.put(LOCATION, sent)
    assert put.status_code == 200
    assert put.json == alice.get(LOCATION).json
    assert put.json == {
        **HERE,
        "accuracy_m": 12.5,
        "located_at": world.now.isoformat().replace("+00:00", "Z"),
        "refused": None,
        "in_use": True,
    }
    assert alice.get(ME).json["latitude"] == LATITUDE


def test_a_fix_changes_what_i_am_offered_at_once(
    people: People, world: World, promo: int, clock: Clock
):
    """Bob was 30 km away, half an hour ago."""
    bob = people.client("bob", world.bob)
    clock.advance(minutes=30)
    assert eligible(bob) == []
    assert bob.put(LOCATION, HERE).status_code == 200
    assert eligible(bob) == [promo]


def test_a_refused_fix_says_why_and_takes_the_location_away(
    alice: Caller, world: World, promo: int, app
):
    assert eligible(alice) == [promo]
    refused = alice.put(LOCATION, MADRID)
    assert refused.status_code == 422
    assert refused.mimetype == "application/problem+json"
    assert (refused.json["code"], refused.json["reason"]) == ("location_refused", "too_fast")
    assert set(refused.json["errors"]) == {"latitude", "longitude"}
    assert eligible(alice) == []
    found = alice.get(LOCATION).json
    assert (found["latitude"], found["located_at"], found["in_use"]) == (None, None, False)
    assert found["refused"]["reason"] == "too_fast"
    assert alice.get(ME).json["latitude"] is None
    held = alice.post(RESERVATIONS, {"promo_id": promo})
    assert (held.status_code, held.json["reasons"]) == (403, ["location_unknown"])
    back = alice.put(LOCATION, HERE)
    assert (back.status_code, back.json["refused"], back.json["in_use"]) == (200, None, True)
    assert eligible(alice) == [promo]
    with app.app_context():
        assert broken_promises() == set()


@pytest.mark.parametrize(
    ("change", "reason", "field"),
    [
        ({"accuracy_m": 1001}, "too_coarse", "accuracy_m"),
        ({"accuracy_m": "99999999"}, "too_coarse", "accuracy_m"),
        ({"located_at": "2020-01-01T00:00:00Z"}, "out_of_order", "located_at"),
    ],
)
def test_every_reason_names_its_field(alice: Caller, change, reason, field):
    refused = alice.put(LOCATION, HERE | change)
    assert (refused.status_code, refused.json["reason"]) == (422, reason)
    assert set(refused.json["errors"]) == {field}
    assert alice.get(LOCATION).json["in_use"] == (reason == "out_of_order")


def test_too_old_names_the_time(people: People, world: World):
    frank = people.client("frank", world.frank)
    refused = frank.put(LOCATION, HERE | {"located_at": "2020-01-01T00:00:00Z"})
    assert (refused.json["reason"], set(refused.json["errors"])) == ("too_old", {"located_at"})


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"latitude": 91}, "latitude"),
        ({"longitude": -181}, "longitude"),
        ({"latitude": None}, "latitude"),
        ({"accuracy_m": -1}, "accuracy_m"),
        ({"accuracy_m": "far"}, "accuracy_m"),
        ({"located_at": "2199-01-01T00:00:00Z"}, "located_at"),
        ({"located_at": "2026-01-01T00:00:00"}, "located_at"),
    ],
)
def test_a_wrong_fix_is_no_fix(alice: Caller, change, field):
    before = alice.get(LOCATION).json
    refused = alice.put(LOCATION, HERE | change)
    assert (refused.json["code"], set(refused.json["errors"])) == ("validation_error", {field})
    assert alice.get(LOCATION).json == before
    assert alice.put(LOCATION, {}).json["errors"].keys() == {"latitude", "longitude"}


def test_a_location_grows_old(people: People, world: World, clock: Clock):
    frank = people.client("frank", world.frank)
    almost = world.now - timedelta(days=30) + timedelta(minutes=5)
    assert frank.put(LOCATION, HERE | {"located_at": almost.isoformat()}).json["in_use"]
    clock.advance(minutes=6)
    found = frank.get(LOCATION).json
    assert (found["latitude"], found["refused"], found["in_use"]) == (LATITUDE, None, False)


def test_a_client_takes_its_location_back(alice: Caller, promo: int):
    assert eligible(alice) == [promo]
    for _ in range(2):
        assert alice.delete(LOCATION).status_code == 204
        assert eligible(alice) == []
    assert alice.get(LOCATION).json["latitude"] is None
    assert alice.put(LOCATION, MADRID).json["reason"] == "too_fast"


def test_who_erases_itself_says_its_name(alice: Caller):
    missing = alice.delete(ME)
    assert (missing.status_code, set(missing.json["errors"])) == (400, {"confirm"})
    slipped = alice.delete(f"{ME}?confirm=bob")
    assert (slipped.status_code, set(slipped.json["errors"])) == (422, {"confirm"})
    assert alice.get(ME).status_code == 200


def test_who_is_erased_is_nobody_any_more(
    alice: Caller, people: People, world: World, promo: int, operator: Caller, app
):
    """She held the only unit; Carol can take it at once."""
    held = alice.post(RESERVATIONS, {"promo_id": promo})
    assert held.status_code == 201
    assert alice.delete(f"{ME}?confirm=alice").status_code == 204
    assert alice.get(ME).status_code == 401
    again = operator.post("/api/auth/token/", {"username": "alice", "password": PASSWORD})
    assert again.status_code == 401
    assert operator.get(f"/api/users/clients-profiles/{world.alice}/").status_code == 404
    carol = people.client("carol", world.carol)
    assert carol.post(RESERVATIONS, {"promo_id": promo}).status_code == 201
    with app.app_context():
        assert broken_promises() == set()

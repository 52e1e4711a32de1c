"""A request with an `Idempotency-Key` is carried out once, whatever becomes of its answers."""

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import text

from flashpromo.api import once
from flashpromo.db import session, transaction
from flashpromo.idempotency import answers
from tests.api.conftest import Caller, People
from tests.api.test_promos import PROMOS, terms
from tests.story import statements
from tests.world import LATITUDE, LONGITUDE, World

RESERVATIONS = "/api/promotions/promo-reservations/"
STORES, PRODUCTS = "/api/market/stores/", "/api/market/products/"
SEGMENTS, CLIENTS = "/api/users/user-segments/", "/api/users/clients-profiles/"
ONCE = {
    "stores.create_store",
    "products.create_product",
    "segments.create_segment",
    "clients.create_client",
    "promos.create_promo",
    "promo_steps.pause_promo",
    "promo_steps.resume_promo",
    "promo_steps.cancel_promo",
    "reservations.reserve",
    "reservations.complete",
    "reservations.release",
}
MANY_TIMES = {
    "auth.create_token": "its answer is a secret",
}


def key(name: str = "one") -> dict[str, str]:
    return {"Idempotency-Key": name}


@pytest.fixture
def promo_id(techshop: Caller, world: World) -> int:
    return techshop.post(PROMOS, terms(world, quantity=2)).json["id"]


def test_what_takes_sells_or_creates_takes_a_key(app: Flask):
    with app.app_context():
        found = {name for name in app.view_functions if once.takes_key(name)}
    assert found >= ONCE
    assert not found & MANY_TIMES.keys()


def test_a_reservation_and_its_purchase_are_answered_again(alice: Caller, promo_id: int, rows):
    first = alice.post(RESERVATIONS, {"promo_id": promo_id}, headers=key("hold"))
    again = alice.post(RESERVATIONS, {"promo_id": promo_id}, headers=key("hold"))
    assert (first.status_code, again.status_code) == (201, 201)
    assert again.data == first.data
    assert again.content_type == first.content_type
    assert "Idempotency-Replayed" not in first.headers
    assert again.headers["Idempotency-Replayed"] == "true"
    path = f"{RESERVATIONS}{first.json['reservation_id']}/complete/"
    sold, repeated = (alice.post(path, headers=key("sell")) for _ in range(2))
    assert (sold.status_code, repeated.data) == (200, sold.data)
    assert [rows("reservation"), rows("purchase"), rows("kept_answer")] == [1, 1, 2]


@pytest.mark.parametrize(
    ("path", "body"),
    [
        (STORES, {"name": "New", "latitude": LATITUDE, "longitude": LONGITUDE}),
        (PRODUCTS, {"name": "New", "regular_price": 10, "store_id": 1}),
        (SEGMENTS, {"name": "New"}),
        (CLIENTS, {"username": "new", "password": "long enough"}),
    ],
)
def test_a_thing_is_made_once(operator: Caller, world: World, rows, path: str, body: dict):
    table = {STORES: "store", PRODUCTS: "product", SEGMENTS: "segment", CLIENTS: "client"}[path]
    before = rows(table)
    first, again = (operator.post(path, body, headers=key()) for _ in range(2))
    assert (first.status_code, first.data) == (201, again.data)
    assert again.headers["Location"] == first.headers["Location"]
    assert rows(table) == before + 1


def test_a_step_of_a_promo_is_taken_once(techshop: Caller, promo_id: int):
    pause = f"{PROMOS}{promo_id}/pause/"
    assert techshop.post(pause, headers=key()).json["state"] == "paused"
    assert techshop.post(f"{PROMOS}{promo_id}/resume/").json["state"] == "running"
    assert techshop.post(pause, headers=key()).json["state"] == "paused"
    assert techshop.get(f"{PROMOS}{promo_id}/").json["state"] == "running"


def test_the_same_json_written_otherwise_is_the_same_request(operator: Caller, rows):
    for data in ('{"name": "A", "description": "B"}', '{"description":"B","name":"A"}'):
        assert operator.post(SEGMENTS, data=data, headers=key()).json["name"] == "A"
    assert rows("segment") == 1


@pytest.mark.parametrize(
    ("path", "body"),
    [
        (SEGMENTS, {"name": "Other"}),
        (f"{SEGMENTS}?a=1", {"name": "New"}),
        (STORES, {"name": "New", "latitude": 0, "longitude": 0}),
    ],
)
def test_another_request_with_the_key_is_refused(operator: Caller, path: str, body: dict):
    operator.post(SEGMENTS, {"name": "New"}, headers=key())
    refused = operator.post(path, body, headers=key())
    assert (refused.status_code, refused.json["code"]) == (422, "idempotency_key_reused")


def test_a_key_belongs_to_its_owner(people: People, operator: Caller, world: World, rows):
    another = people.operator("second")
    for caller, name in ((operator, "A"), (another, "B")):
        assert caller.post(SEGMENTS, {"name": name}, headers=key()).json["name"] == name


def test_a_refusal_of_the_domain_is_kept_without_its_effect(
    alice: Caller, people: People, world: World, promo_id: int, clock
):
    bob = people.client("bob", world.bob)
    body = {"promo_id": promo_id}
    assert bob.post(RESERVATIONS, body, headers=key()).json["code"] == "not_eligible"
    held = alice.post(RESERVATIONS, body)
    assert alice.post(RESERVATIONS, body, headers=key()).json["code"] == "already_held"
    alice.post(f"{RESERVATIONS}{held.json['id']}/release/")
    again = alice.post(RESERVATIONS, body, headers=key())
    assert (again.status_code, again.json["code"]) == (409, "already_held")
    assert again.content_type == "application/problem+json"
    assert alice.post(RESERVATIONS, body, headers=key("two")).status_code == 201


def test_what_was_wrong_or_too_soon_is_not_kept(alice: Caller, promo_id: int, clock, rows):
    assert alice.post(RESERVATIONS, {}, headers=key()).status_code == 422
    assert alice.post(RESERVATIONS, data="[", headers=key()).status_code == 400
    alice.post(RESERVATIONS, {"promo_id": promo_id})
    clock.advance(seconds=61)
    soon = alice.post(RESERVATIONS, {"promo_id": promo_id}, headers=key())
    assert (soon.status_code, rows("kept_answer")) == (429, 0)
    clock.advance(seconds=30)
    assert alice.post(RESERVATIONS, {"promo_id": promo_id}, headers=key()).status_code == 201


def test_a_wrong_field_that_the_domain_finds_is_not_kept(operator: Caller, rows):
    operator.post(SEGMENTS, {"name": "A"})
    assert operator.post(SEGMENTS, {"name": "A"}, headers=key()).status_code == 422
    assert rows("kept_answer") == 0


@pytest.mark.parametrize("wrong", ["", "two words", "x" * 256, "schlüssel"])
def test_a_key_that_is_none_is_named(operator: Caller, rows, wrong: str):
    refused = operator.post(SEGMENTS, {"name": "A"}, headers=key(wrong))
    assert (refused.status_code, [*refused.json["errors"]]) == (400, ["Idempotency-Key"])
    assert rows("segment") == 0


def test_the_longest_key_will_do(operator: Caller):
    for _ in range(2):
        made = operator.post(SEGMENTS, {"name": "A"}, headers=key("~" * 255))
        assert made.status_code == 201


def test_while_one_is_carried_out_the_other_is_told_to_wait(
    app: Flask, operator: Caller, engine, rows
):
    with engine.begin() as rival:
        lock = answers._lock_number(f"user:{operator.user_id}", "one")
        rival.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": lock})
        told = operator.post(SEGMENTS, {"name": "A"}, headers=key())
    assert (told.status_code, told.json["code"]) == (409, "idempotency_in_flight")
    assert told.headers["Retry-After"] == "1"
    assert operator.post(SEGMENTS, {"name": "A"}, headers=key()).status_code == 201


def test_after_a_day_the_key_is_free_again(app: Flask, operator: Caller, clock, rows):
    operator.post(SEGMENTS, {"name": "A"}, headers=key())
    clock.advance(hours=23, minutes=59)
    with app.app_context():
        revive_tokens()
    assert operator.post(SEGMENTS, {"name": "B"}, headers=key()).status_code == 422
    clock.advance(minutes=2)
    assert operator.post(SEGMENTS, {"name": "B"}, headers=key()).json["name"] == "B"
    assert operator.post(SEGMENTS, {"name": "B"}, headers=key()).json["name"] == "B"
    assert rows("kept_answer") == 1


def test_a_deep_body_is_a_body(operator: Caller):
    deep: Any = "{" + '"a":{' * 300 + "}" * 300 + ',"name":"A"}'
    for _ in range(2):
        assert operator.post(SEGMENTS, data=deep, headers=key()).status_code == 201


def test_without_a_key_nothing_is_sent_for_it(app: Flask, alice: Caller, promo_id: int):
    alice.get(RESERVATIONS)  # so that the token is believed
    with app.app_context(), statements() as sent:
        assert alice.post(RESERVATIONS, {"promo_id": promo_id}).status_code == 201
    assert not [each for each in sent if "kept_answer" in each or "advisory" in each]
    assert len(sent) <= 16, len(sent)


def revive_tokens() -> None:
    with transaction():
        session().execute(text("UPDATE auth_token SET expires_at = app_now() + interval '1 hour'"))

"""A client takes along everything that is kept of it, and no secret."""

import json

import pytest
from flask import Flask
from sqlalchemy import func, select

from flashpromo.accounts.models import AuthToken, SignIn
from flashpromo.db import app_now, session
from flashpromo.own_data import export
from tests.api.conftest import Caller
from tests.own_data import stage
from tests.story import statements
from tests.world import World

TOKEN = "/api/auth/token/"
EXPORT = "/api/users/clients-profiles/me/export/"


@pytest.fixture
def lived(world: World) -> dict[str, int]:
    return stage.live(world, world.alice)


@pytest.fixture
def document(app: Flask, world: World, lived: dict[str, int]) -> dict:
    http = app.test_client()
    token = http.post(TOKEN, json={"username": "alice", "password": "secret-1"}).json["token"]
    answer = Caller(http, token).get(EXPORT)
    assert answer.status_code == 200
    assert answer.headers["Content-Disposition"] == 'attachment; filename="flash-promos.json"'
    return answer.json


def test_no_table_that_knows_clients_is_forgotten(world: World, lived: dict[str, int]):
    """A new table with a client_id has to be gathered too, and to be lived through here."""
    for table in stage.tables():
        own = select(func.count()).where(table.c.client_id == world.alice)
        assert session().scalar(own), f"the stage leaves nothing in {table.name}"
    with statements() as sent:
        export.gather(world.alice, app_now())
    for table in stage.tables():
        assert any(f"FROM {table.name} " in " ".join(each.split()) for each in sent), table.name


def test_who_it_is_and_where_and_no_secret(document: dict, world: World):
    profile = document["profile"]
    assert profile["user"]["username"] == "alice"
    assert profile["user"]["email"] == "a@b.c"
    assert (profile["id"], profile["external_id"]) == (world.alice, "crm-1")
    assert [each["name"] for each in profile["segments"]] == ["New users"]
    assert document["created_at"] <= document["updated_at"]
    assert document["sign_in_since"] is not None

    assert document["location"]["accuracy_m"] == document["last_fix"]["accuracy_m"] == 7.5
    assert document["location"]["in_use"]
    assert document["last_fix"]["refused_as"] is None

    assert [each["kind"] for each in document["tokens"]] == ["token", "token"]
    written = json.dumps(document)
    for secret in (
        session().scalars(select(SignIn.password_hash)).one(),
        *(each.hex() for each in session().scalars(select(AuthToken.token_hash))),
    ):
        assert secret not in written
    assert not {"password", "password_hash", "token_hash", "token"} & keys_of(document)


def test_what_it_was_told_held_and_bought(document: dict, world: World, lived: dict[str, int]):
    (told,) = document["notifications"]
    assert told["promo_id"] == lived["bought"]
    assert told["read_at"] is None
    (delivery,) = told["deliveries"]
    assert (delivery["channel"], delivery["state"], delivery["attempts"]) == ("log", "sent", 1)

    by_promo = {each["promo_id"]: each for each in document["reservations"]}
    assert by_promo.keys() == set(lived.values())
    assert by_promo[lived["bought"]]["completed_at"] is not None
    assert by_promo[lived["given_back"]]["release_reason"] == "released"
    (bought,) = document["purchases"]
    assert (bought["promo_id"], bought["price"]) == (lived["bought"], "499.00")
    assert bought["reservation_id"] == by_promo[lived["bought"]]["reservation_id"]
    named = {each["id"]: each["product"] for each in document["promos"]}
    assert named == {
        lived["bought"]: "Headphones XYZ",
        lived["given_back"]: "Radio",
        lived["held"]: "Lamp",
    }

    assert [(each["key"], each["status"]) for each in document["kept_answers"]] == [("buy-1", 201)]


def test_who_has_just_come_has_little(world: World):
    data = export.gather(world.frank, app_now())
    assert (data.tokens, data.notifications, data.purchases, data.promos) == ([], [], [], {})


def keys_of(document: object) -> set[str]:
    if isinstance(document, dict):
        return {*document, *(key for each in document.values() for key in keys_of(each))}
    if isinstance(document, list):
        return {key for each in document for key in keys_of(each)}
    return set()

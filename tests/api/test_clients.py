"""Client profiles: operators everything, a client itself, merchants nothing."""

from datetime import timedelta

import pytest
from flask import Flask

from flashpromo.db import session, transaction
from flashpromo.notify.models import Notification
from tests.api.conftest import PASSWORD, Caller, People
from tests.conftest import Clock
from tests.world import World

CLIENTS = "/api/users/clients-profiles/"
TOKEN = "/api/auth/token/"


def test_a_profile_is_shown_as_the_contract_says(operator: Caller, alice: Caller, world: World):
    shown = operator.get(f"{CLIENTS}{world.alice}/").json
    assert shown["user"] == {"id": shown["user"]["id"], "username": "alice", "email": ""}
    assert shown["segments"] == [{"id": world.new_users, "name": "New users", "description": ""}]
    assert shown["last_notification_date"] is None
    assert (shown["opted_in"], shown["external_id"]) == (True, None)
    assert alice.get(f"{CLIENTS}{world.alice}/").json == shown


def test_a_client_sees_only_itself(alice: Caller, world: World):
    listed = alice.get(CLIENTS).json
    assert [each["id"] for each in listed["results"]] == [world.alice]
    assert alice.get(f"{CLIENTS}{world.bob}/").status_code == 404
    assert alice.patch(f"{CLIENTS}{world.alice}/", {"latitude": 1}).status_code == 403
    assert alice.post(CLIENTS, {}).status_code == 403
    assert alice.delete(f"{CLIENTS}{world.alice}/").status_code == 403


def test_merchants_see_no_clients(techshop: Caller, world: World):
    assert techshop.get(CLIENTS).status_code == 403
    assert techshop.get(f"{CLIENTS}{world.alice}/").status_code == 403


def test_a_client_is_created_with_a_sign_in(operator: Caller, world: World):
    created = operator.post(
        CLIENTS,
        {
            "username": "gina",
            "email": "gina@example.org",
            "password": PASSWORD,
            "external_id": "crm-7",
            "latitude": "19.43",
            "longitude": -99.13,
            "segment_ids": [world.frequent, world.new_users, world.new_users],
            "time_zone": "Asia/Tokyo",
            "opted_in": False,
        },
    )
    assert created.status_code == 201
    shown = created.json
    assert shown["user"]["username"] == "gina"
    assert [each["id"] for each in shown["segments"]] == [world.new_users, world.frequent]
    assert (shown["external_id"], shown["opted_in"]) == ("crm-7", False)
    assert (shown["time_zone"], shown["time_zone_from"]) == ("Asia/Tokyo", None)
    assert shown["located_at"] is not None
    signed_in = operator.post(TOKEN, {"username": "gina", "password": PASSWORD})
    gina = Caller(operator.http, signed_in.json["token"])
    assert gina.get(created.headers["Location"]).json == shown
    assert operator.get(CLIENTS).json["count"] == len(world.clients) + 1


def test_nothing_is_required_of_a_client(operator: Caller):
    shown = operator.post(CLIENTS, {}).json
    assert shown["user"] is None
    assert shown["segments"] == []
    assert (shown["latitude"], shown["longitude"], shown["located_at"]) == (None, None, None)
    assert operator.put(f"{CLIENTS}{shown['id']}/", shown).json == shown


def test_a_client_is_changed(operator: Caller, alice: Caller, world: World):
    path = f"{CLIENTS}{world.alice}/"
    before = operator.get(path).json
    assert operator.put(path, before).json == before
    moved = operator.patch(path, {"latitude": 20}).json
    assert (moved["latitude"], moved["longitude"]) == (20.0, before["longitude"])
    assert moved["located_at"] > before["located_at"]
    gone = operator.patch(path, {"latitude": None, "longitude": None}).json
    assert (gone["latitude"], gone["located_at"]) == (None, None)
    renamed = operator.patch(path, {"username": "alicia", "email": "a@example.org"}).json
    assert renamed["user"] == {**before["user"], "username": "alicia", "email": "a@example.org"}
    assert operator.patch(path, {"segment_ids": []}).json["segments"] == []


def test_a_deleted_client_can_no_longer_sign_in(operator: Caller, alice: Caller, world: World):
    path = f"{CLIENTS}{world.alice}/"
    assert operator.delete(path).status_code == 204
    assert operator.get(path).status_code == 404
    assert operator.delete(path).status_code == 404
    refused = operator.post(TOKEN, {"username": "alice", "password": PASSWORD})
    assert refused.status_code == 401


def test_names_are_unique_over_staff_and_clients(operator: Caller, alice: Caller):
    for taken in ("admin", "alice"):
        answer = operator.post(CLIENTS, {"username": taken, "password": PASSWORD})
        assert (answer.status_code, set(answer.json["errors"])) == (422, {"username"})
    assert operator.post(CLIENTS, {"external_id": "x"}).status_code == 201
    answer = operator.post(CLIENTS, {"external_id": "x"})
    assert (answer.status_code, set(answer.json["errors"])) == (422, {"external_id"})


def test_nothing_is_half_written(operator: Caller, alice: Caller, rows):
    before = rows("client"), rows("sign_in"), rows("client_external")
    operator.post(CLIENTS, {"external_id": "new", "username": "alice", "password": PASSWORD})
    assert (rows("client"), rows("sign_in"), rows("client_external")) == before


def test_a_new_time_zone_waits_for_the_end_of_the_day(operator: Caller, world: World, clock: Clock):
    path = f"{CLIENTS}{world.alice}/"
    changed = operator.patch(path, {"time_zone": "Asia/Tokyo"}).json
    assert changed["time_zone"] == "Asia/Tokyo"
    assert changed["time_zone_now"] == "America/Mexico_City"
    assert changed["time_zone_from"].endswith("T06:00:00Z")  # midnight in Mexico City
    clock.advance(days=1)
    settled = operator.get(path).json
    assert (settled["time_zone_now"], settled["time_zone_from"]) == ("Asia/Tokyo", None)


def test_no_time_zone_of_its_own_waits_as_what_it_is(operator: Caller, world: World, clock: Clock):
    path = f"{CLIENTS}{world.alice}/"
    changed = operator.patch(path, {"time_zone": None}).json
    assert (changed["time_zone"], changed["time_zone_now"]) == (None, "America/Mexico_City")
    assert changed["time_zone_from"].endswith("T06:00:00Z")
    clock.advance(days=1)
    settled = operator.get(path).json
    assert (settled["time_zone_now"], settled["time_zone_from"]) == (None, None)


def test_a_new_time_zone_can_be_taken_back(operator: Caller, world: World):
    path = f"{CLIENTS}{world.alice}/"
    operator.patch(path, {"time_zone": "Asia/Tokyo"})
    back = operator.patch(path, {"time_zone": "America/Mexico_City"}).json
    assert (back["time_zone"], back["time_zone_from"]) == ("America/Mexico_City", None)


def test_the_last_notification_is_shown(operator: Caller, app: Flask, world: World):
    with app.app_context(), transaction():
        for days in (0, 1):
            told_at = world.now - timedelta(days=days)
            session().add(
                Notification(
                    client_id=world.alice,
                    local_day=told_at.date(),
                    promo_id=1,
                    created_at=told_at,
                    distance_m=1,
                    segment_id=1,
                    located_at=told_at,
                )
            )
    shown = operator.get(f"{CLIENTS}{world.alice}/").json
    assert shown["last_notification_date"] == world.now.isoformat().replace("+00:00", "Z")


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"latitude": 1}, "longitude"),
        ({"longitude": 1}, "latitude"),
        ({"located_at": "2020-01-01T00:00:00Z"}, None),
        ({"latitude": 1, "longitude": 1, "located_at": "2199-01-01T00:00:00Z"}, "located_at"),
        ({"latitude": 1, "longitude": 1, "located_at": "1969-12-31T00:00:00Z"}, "located_at"),
        ({"username": "new"}, "password"),
        ({"password": "new"}, "username"),
        ({"email": "a@example.org"}, "username"),
        ({"username": "", "password": "x"}, "username"),
        ({"username": "a b", "password": "x"}, "username"),
        ({"username": "ä", "password": "x"}, "username"),
        ({"username": "a\n", "password": "x"}, "username"),
        ({"username": "a" * 151, "password": "x"}, "username"),
        ({"username": "a", "password": ""}, "password"),
        ({"username": "a", "password": "x" * 1025}, "password"),
        ({"username": "a", "password": "x", "email": "nowhere"}, "email"),
        ({"username": "a", "password": "x", "email": "a@b\n"}, "email"),
        ({"time_zone": "Mars/Olympus"}, "time_zone"),
        ({"time_zone": "localtime"}, "time_zone"),
        ({"time_zone": "EST5EDT,M3.2.0,M11.1.0"}, "time_zone"),
        ({"external_id": ""}, "external_id"),
        ({"external_id": "x" * 201}, "external_id"),
        ({"external_id": 7}, "external_id"),
        ({"segment_ids": [999]}, "segment_ids"),
        ({"segment_ids": [2**31]}, "segment_ids"),
        ({"segment_ids": list(range(1, 1002))}, "segment_ids"),
        ({"segment_ids": "1"}, "segment_ids"),
        ({"segment_ids": None}, "segment_ids"),
        ({"opted_in": "yes"}, "opted_in"),
        ({"opted_in": 1}, "opted_in"),
        ({"opted_in": None}, "opted_in"),
    ],
)
def test_a_wrong_value_is_named(operator: Caller, rows, body, field):
    answer = operator.post(CLIENTS, body)
    if field is None:
        assert answer.status_code == 201
        return
    assert answer.status_code == 422
    assert field in answer.json["errors"]
    assert rows("client") == 0


def test_a_segment_of_a_deleted_name_is_free_again(operator: Caller, people: People):
    segments = "/api/users/user-segments/"
    first = operator.post(segments, {"name": "VIP"})
    assert (first.status_code, first.json["description"]) == (201, "")
    twin = operator.post(segments, {"name": "VIP"})
    assert (twin.status_code, set(twin.json["errors"])) == (422, {"name"})
    other = operator.post(segments, {"name": "Other"}).headers["Location"]
    assert operator.patch(other, {"name": "VIP"}).status_code == 422
    assert operator.put(other, {"name": "Other", "description": "x"}).status_code == 200
    assert operator.delete(first.headers["Location"]).status_code == 204
    assert operator.post(segments, {"name": "VIP"}).status_code == 201
    for reader in (people.merchant("someone"), people.client("anyone")):
        assert reader.get(segments).json["count"] == 2
        assert reader.get(other).status_code == 200
        assert reader.post(segments, {"name": "Mine"}).status_code == 403
        assert reader.delete(other).status_code == 403

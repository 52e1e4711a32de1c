"""What is told of accounts and of clients, and what is never told."""

from flask import Flask
from sqlalchemy import text

from flashpromo.accounts import users
from flashpromo.audience.models import Client
from flashpromo.db import session, transaction
from tests.api.conftest import PASSWORD, Caller, People
from tests.api.uploading import answered
from tests.audit.conftest import Events
from tests.world import World

CLIENTS, SEGMENTS = "/api/users/clients-profiles/", "/api/users/user-segments/"
ME = f"{CLIENTS}me/"


def test_a_user_comes_is_let_in_and_kept_out(app: Flask, clean: None, events: Events):
    with app.app_context(), transaction():
        user = users.create_merchant("ann", "ann@example.com", "correct-horse")
    for active in (False, False, True):
        with app.app_context(), transaction():
            users.set_active("ann", active=active)
    created, out, let_in = events()
    assert created.after == {
        "username": "ann",
        "email": "ann@example.com",
        "is_operator": False,
    }
    assert [each.action for each in (created, out, let_in)] == [
        "user.created",
        "user.deactivated",
        "user.activated",
    ]
    assert {each.subject_id for each in (created, out, let_in)} == {str(user.id)}


def test_a_key_is_made_and_ends_with_a_new_password(techshop: Caller, events: Events):
    events()
    made = techshop.post("/api/auth/keys/", {"name": "till", "scopes": ["promos:read"]}).json
    other = techshop.post("/api/auth/keys/", {"name": "web", "scopes": ["promos:read"]}).json
    assert techshop.delete(f"/api/auth/keys/{other['id']}/").status_code == 204
    body = {"old_password": PASSWORD, "new_password": "correct-horse"}
    assert techshop.post("/api/auth/password/", body).status_code == 204
    told = events()
    assert [(each.action, each.subject_id) for each in told] == [
        ("key.made", made["id"]),
        ("key.made", other["id"]),
        ("key.revoked", other["id"]),
        ("user.password_changed", str(techshop.user_id)),
        ("key.revoked", made["id"]),
    ]
    assert told[0].after == {
        "username": "techshop",
        "name": "till",
        "scopes": ["promos:read"],
        "expires_at": None,
    }
    assert told[2].before == {"username": "techshop", "name": "web"}


def test_tokens_come_and_go_untold(app: Flask, techshop: Caller, events: Events):
    events()
    body = {"username": "techshop", "password": PASSWORD}
    token = techshop.http.post("/api/auth/token/", json=body).json["token"]
    assert Caller(techshop.http, token).delete("/api/auth/token/").status_code == 204
    assert events() == []


def test_of_a_client_only_choices_are_told_and_what_else_was_given(
    operator: Caller, world: World, events: Events
):
    events()
    body = {
        "username": "gina",
        "password": "secret-1",
        "email": "gina@example.com",
        "external_id": "crm-7",
        "latitude": 19.4,
        "longitude": -99.1,
        "segment_ids": [world.new_users],
    }
    path = operator.post(CLIENTS, body).headers["Location"]
    operator.patch(path, {"opted_in": False, "email": "g@example.com", "password": "secret-2"})
    operator.delete(path)
    created, password, changed, erased = events()
    assert created.after == {
        "opted_in": True,
        "segment_ids": [world.new_users],
        "personal": ["email", "external_id", "latitude", "longitude", "password", "username"],
    }
    assert (password.action, password.before, password.after) == ("client.password_changed", {}, {})
    assert changed.before == {"opted_in": True}
    assert changed.after == {"opted_in": False, "personal": ["email", "password"]}
    assert (erased.action, erased.before, erased.after) == ("client.erased", {}, {})


def test_what_a_client_does_itself_is_told_of_a_number(
    app: Flask, alice: Caller, world: World, events: Events
):
    events()
    alice.patch(ME, {"opted_in": False})
    alice.put(f"{ME}location/", {"latitude": 19.43, "longitude": -99.13})
    assert alice.delete(ME, query_string={"confirm": "alice"}).status_code == 204
    opted_out, erased = events()
    assert (opted_out.before, opted_out.after) == ({"opted_in": True}, {"opted_in": False})
    assert erased.action == "client.erased"
    for each in (opted_out, erased):
        assert (each.actor_kind, each.actor_id, each.subject_id) == (
            "client",
            world.alice,
            str(world.alice),
        )
        assert (each.actor_name, each.address) == ("", "")
    with app.app_context():
        assert session().get(Client, world.alice) is None
        log = session().scalar(
            text("SELECT string_agg(event::text, ' ') FROM audit_event AS event")
        )
    assert "alice" not in log


def test_segments_and_who_is_in_them(operator: Caller, world: World, events: Events):
    events()
    path = operator.post(SEGMENTS, {"name": "VIP"}).headers["Location"]
    operator.patch(path, {"description": "By invitation"})
    rows = [{"client_id": world.alice}, {"client_id": world.bob}, {"client_id": 999}]
    answered(operator, f"{path}members/", rows)
    answered(operator, f"{path}members/", rows)
    operator.delete(path)
    told = events()
    assert [(each.action, each.before, each.after) for each in told] == [
        ("segment.created", {}, {"name": "VIP", "description": ""}),
        ("segment.changed", {"description": ""}, {"description": "By invitation"}),
        (
            "segment.members_changed",
            {},
            {"added": 2, "removed": 0, "unchanged": 0, "rejected": 1},
        ),
        ("segment.deleted", {"name": "VIP", "description": "By invitation"}, {}),
    ]


def test_an_import_of_clients_is_one_event(operator: Caller, world: World, events: Events):
    events()
    bulk = f"{CLIENTS}bulk/"
    answered(operator, bulk, [{"external_id": f"m-{number}"} for number in range(25)])
    (event,) = events()
    assert (event.action, event.after) == (
        "client.imported",
        {"created": 25, "updated": 0, "rejected": 0},
    )
    answered(operator, bulk, [{"external_id": "m-1", "latitude": 100}])
    assert events() == []


def test_no_secret_is_anywhere_in_the_log(
    app: Flask, operator: Caller, people: People, world: World
):
    """A story with passwords, tokens and keys; then everything that the log has is searched."""
    merchant = people.merchant("mia", world.store_id)
    key = merchant.post("/api/auth/keys/", {"name": "till", "scopes": ["promos:read"]}).json
    body = {"old_password": PASSWORD, "new_password": "mia-s-new-word"}
    merchant.post("/api/auth/password/", body)
    gina = {"username": "gina", "password": "gina-s-word", "email": "gina@example.com"}
    path = operator.post(CLIENTS, gina).headers["Location"]
    operator.patch(path, {"password": "gina-s-other-word"})
    answered(operator, f"{CLIENTS}bulk/", [gina | {"username": "hal", "external_id": "m-1"}])
    with app.app_context(), transaction():
        users.create_operator("root", "", "root-s-word")
    with app.app_context():
        log = session().scalar(
            text("SELECT string_agg(event::text, ' ') FROM audit_event AS event")
        )
        kept = session().execute(
            text(
                "SELECT password_hash AS secret FROM sign_in"
                " UNION ALL SELECT encode(token_hash, 'hex') FROM auth_token"
            )
        )
        hashes = [row.secret for row in kept]
    words = ["mia-s-new-word", "gina-s-word", "gina-s-other-word", "root-s-word", PASSWORD]
    secrets = [*words, *hashes, key["token"], merchant.token, operator.token, "argon2"]
    assert len(hashes) >= 6
    assert "key.made" in log
    assert "user.password_changed" in log
    assert [each for each in secrets if each in log] == []

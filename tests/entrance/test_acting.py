"""The log knows by which door somebody came, and takes nobody for who came before."""

import pytest
from flask import Flask

from flashpromo.accounts import sign_ins, users
from flashpromo.audit import queries
from flashpromo.audit.actors import SYSTEM, Actor, ActorKind, Door, present
from flashpromo.db import transaction
from flashpromo.entrance import visitor

PASSWORD = "flash-demo"


@pytest.fixture
def merchant_id(app: Flask, clean: None) -> int:
    with app.app_context(), transaction():
        return users.create_merchant("techshop", "", PASSWORD).id


def cookie_of(app: Flask) -> str:
    """Of a session that has just begun."""
    with app.test_request_context():
        answer = visitor.sign_in(app.make_response(""), "techshop", PASSWORD)
    return answer.headers["Set-Cookie"].partition(";")[0]


@pytest.mark.parametrize(
    ("path", "door"),
    [
        ("/", Door.PAGES),
        ("/sign-in/", Door.PAGES),
        ("/apish/", Door.PAGES),
        ("/console/", Door.CONSOLE),
        ("/admin/", Door.ADMIN),
        ("/api/auth/token/", Door.API),
    ],
)
def test_whoever_comes_in_is_unknown_at_first(app: Flask, clean: None, path: str, door: Door):
    with app.test_request_context(path, environ_base={"REMOTE_ADDR": "192.0.2.7"}):
        app.preprocess_request()
        assert present() == Actor(ActorKind.VISITOR, door, address="192.0.2.7")


def test_a_page_knows_who_looks(app: Flask, merchant_id: int):
    with app.test_request_context("/console/", headers={"Cookie": cookie_of(app)}):
        app.preprocess_request()
        assert visitor.current() is not None
        assert present() == Actor(
            ActorKind.MERCHANT, Door.CONSOLE, merchant_id, "techshop", present().address
        )


def test_the_next_request_is_somebody_else_s(app: Flask, merchant_id: int):
    http = app.test_client()
    body = {"username": "techshop", "password": PASSWORD}
    token = http.post("/api/auth/token/", json=body).json["token"]
    headers = {"Authorization": f"Bearer {token}"}
    assert http.get("/api/auth/me/", headers=headers).status_code == 200
    assert present() == SYSTEM
    with app.test_request_context("/"):
        app.preprocess_request()
        assert present().id is None


def test_of_a_client_neither_name_nor_address_is_kept():
    alice = Actor(ActorKind.CLIENT, Door.API, 7, "alice", "192.0.2.7")
    assert (alice.id, alice.name, alice.address) == (7, "", "")


def test_who_is_not_signed_in_and_changes_a_client_has_no_address(app: Flask, clean: None):
    """As when a password is forgotten: it is the client, of whom only the number is kept."""
    with app.app_context(), transaction():
        sign_ins.add("gina", "", PASSWORD, client_id=7)
        users.create_merchant("ann", "", PASSWORD)
    for name in ("gina", "ann"):
        with app.test_request_context("/", environ_base={"REMOTE_ADDR": "192.0.2.7"}):
            app.preprocess_request()
            with transaction():
                sign_ins.set_password(name, "another-word")
    with app.app_context():
        events = [
            *queries.page(limit=9, action="client.password_changed")[1],
            *queries.page(limit=9, action="user.password_changed")[1],
        ]
    addresses = {event.subject_kind: (event.actor_kind, event.address) for event in events}
    assert addresses == {"client": ("visitor", ""), "user": ("visitor", "192.0.2.7")}

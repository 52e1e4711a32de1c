"""Tokens: who gets one, how long it counts, and what failing costs."""

import threading
import time
from datetime import datetime

import pytest
from flask import Flask
from sqlalchemy import text

from flashpromo.accounts import holdings, tokens, users
from flashpromo.accounts.believed import believed
from flashpromo.db import session, transaction
from flashpromo.errors import InvalidFields, WrongCredentials
from tests.api.conftest import PASSWORD, Caller, People
from tests.conftest import Clock

TOKEN = "/api/auth/token/"
STORES = "/api/market/stores/"


def sign_in(http, username="admin", password=PASSWORD, **options):
    return http.post(TOKEN, json={"username": username, "password": password}, **options)


@pytest.fixture
def forget(monkeypatch: pytest.MonkeyPatch):
    """Let a second pass for the tokens that are believed."""

    def wait():
        believed.forget_all()

    return wait


def test_a_token_opens_the_api(client, operator: Caller):
    answer = sign_in(client)
    assert answer.status_code == 200
    assert set(answer.json) == {"token", "expires_at"}
    assert datetime.fromisoformat(answer.json["expires_at"]).tzinfo is not None
    assert Caller(client, answer.json["token"]).get(STORES).status_code == 200


def test_only_the_hash_is_kept(client, operator: Caller, app: Flask):
    token = sign_in(client).json["token"]
    with app.app_context():
        kept = session().execute(text("SELECT token_hash FROM auth_token")).scalars().all()
    assert all(len(each) == 32 and token.encode() not in bytes(each) for each in kept)


@pytest.mark.parametrize(
    ("username", "password"),
    [
        ("admin", "wrong"),
        ("nobody", PASSWORD),
        ("ADMIN", PASSWORD),
        ("admin", ""),
        ("", ""),
        ("admin\0", PASSWORD),
        ("a" * 100_000, PASSWORD),
        ("admin", "\ud800"),
        ("\ud800", PASSWORD),
    ],
)
def test_wrong_credentials_are_401(client, operator: Caller, username: str, password: str):
    answer = sign_in(client, username, password)
    assert answer.status_code in {401, 422}
    if answer.status_code == 401:
        assert answer.json["code"] == "wrong_credentials"
        assert answer.headers["WWW-Authenticate"].startswith("Bearer")


@pytest.mark.parametrize("body", [{}, {"username": "admin"}, {"username": 1, "password": None}])
def test_missing_credentials_are_named(client, body):
    answer = client.post(TOKEN, json=body)
    assert answer.status_code == 422
    assert "password" in answer.json["errors"]


@pytest.mark.parametrize(
    "header",
    [
        *(None, "", "Bearer", "Bearer ", "Bearer x", "Bearer a b", "bearer=x", "Token x"),
        *("Basic YWRtaW46YWRtaW4=", "Bearer " + "x" * 10_000, "Bearer \xe4", "Bearer \x7f"),
    ],
)
def test_no_valid_token_is_401(client, header):
    answer = client.get(STORES, headers={} if header is None else {"Authorization": header})
    assert (answer.status_code, answer.json["code"]) == (401, "not_authenticated")
    assert answer.mimetype == "application/problem+json"
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")


def test_a_token_expires(client, operator: Caller, clock: Clock, forget):
    token = sign_in(client).json["token"]
    clock.advance(hours=25)
    forget()
    assert Caller(client, token).get(STORES).status_code == 401


def test_a_deactivated_user_is_refused(client, operator: Caller, app: Flask, forget):
    with app.app_context(), transaction():
        users.set_active("admin", active=False)
    forget()
    assert operator.get(STORES).status_code == 401
    assert sign_in(client).status_code == 401
    with app.app_context(), transaction():
        users.set_active("admin", active=True)
    assert sign_in(client).status_code == 200


def test_a_token_is_believed_for_a_second_only(client, operator: Caller, app: Flask):
    assert operator.get(STORES).status_code == 200
    with app.app_context(), transaction():
        holdings.end(tokens.principal_of(operator.token).held)
    assert operator.get(STORES).status_code == 401
    other = sign_in(client).json["token"]
    assert Caller(client, other).get(STORES).status_code == 200
    with app.app_context(), transaction():
        session().execute(text("DELETE FROM auth_token"))
    time.sleep(1.1)
    assert Caller(client, other).get(STORES).status_code == 401


def test_failures_are_limited_for_a_name_and_an_address(client, operator: Caller, settings):
    for _ in range(settings.sign_in_failures_per_minute):
        assert sign_in(client, password="wrong").status_code == 401
    refused = sign_in(client, password="wrong")
    assert (refused.status_code, refused.json["code"]) == (429, "rate_limited")
    assert 0 < int(refused.headers["Retry-After"]) <= 61
    assert refused.mimetype == "application/problem+json"
    assert sign_in(client).status_code == 429
    assert sign_in(client, "somebody", "else").status_code == 401
    elsewhere = {"environ_base": {"REMOTE_ADDR": "192.0.2.7"}}
    assert sign_in(client, **elsewhere).status_code == 200


def test_an_address_cannot_try_one_password_on_every_name(client, settings, clean):
    seen = {
        sign_in(client, f"name{number}", "flash").status_code
        for number in range(settings.sign_in_failures_per_minute * 10)
    }
    assert seen == {401}
    assert sign_in(client, "another", "flash").status_code == 429


def test_successes_are_never_limited(client, operator: Caller, settings):
    answers = {sign_in(client).status_code for _ in range(settings.sign_in_failures_per_minute * 3)}
    assert answers == {200}


def test_wrong_bodies_are_no_failures(client, operator: Caller, settings):
    for _ in range(settings.sign_in_failures_per_minute + 1):
        client.post(TOKEN, data=b"{")
        client.post(TOKEN, json={"username": "admin"})
    assert sign_in(client).status_code == 200


def test_unknown_names_take_as_long_as_wrong_passwords(app: Flask, operator: Caller):
    def work_seconds(username: str) -> float:
        started = time.process_time()  # what others do on this machine does not count
        with app.app_context(), pytest.raises(WrongCredentials), transaction():
            tokens.sign_in(username, "wrong", hours=1)
        return time.process_time() - started

    pairs = [(work_seconds("admin"), work_seconds("nobody")) for _ in range(7)]
    known, unknown = (min(took) for took in zip(*pairs, strict=True))
    assert 0.5 < known / unknown < 2


def test_two_who_want_one_name_at_one_instant(app: Flask, clean):
    outcomes: list[str] = []
    start = threading.Barrier(4)

    def create() -> None:
        with app.app_context():
            start.wait()
            try:
                with transaction():
                    users.create_merchant("wanted", "", "long enough")
                outcomes.append("created")
            except InvalidFields as error:
                outcomes.append(type(error).__name__)

    rivals = [threading.Thread(target=create) for _ in range(4)]
    for rival in rivals:
        rival.start()
    for rival in rivals:
        rival.join()
    assert sorted(outcomes) == ["InvalidFields"] * 3 + ["created"]


def test_every_kind_of_person_signs_in(client, people: People):
    people.merchant("techshop")
    people.client("alice")
    for name in ("techshop", "alice"):
        token = sign_in(client, name).json["token"]
        assert Caller(client, token).get(STORES).status_code == 200


def test_a_token_is_not_given_scopes_that_its_owner_cannot_have(client, people: People):
    people.client("alice")
    asked = {"username": "alice", "password": PASSWORD, "scopes": ["promos:read", "promos:write"]}
    refused = client.post(TOKEN, json=asked)
    assert (refused.status_code, refused.json["code"]) == (422, "validation_error")
    assert refused.json["errors"] == {"scopes": ["Not yours to have: promos:write."]}
    assert client.post(TOKEN, json=asked | {"scopes": ["promos:read"]}).status_code == 200
    people.merchant("techshop")
    asked |= {"username": "techshop", "scopes": ["clients:write"]}
    assert client.post(TOKEN, json=asked).status_code == 422
    people.operator()
    assert client.post(TOKEN, json=asked | {"username": "admin"}).status_code == 200


def test_who_failed_too_often_is_not_told_of_room_left(client, people: People):
    people.operator()
    answers = [sign_in(client, password="wrong") for _ in range(30)]
    assert answers[0].status_code == 401
    assert "RateLimit-Remaining" in answers[0].headers
    refused = answers[-1]
    assert refused.status_code == 429
    assert int(refused.headers["Retry-After"]) > 0
    assert not [name for name, _ in refused.headers if name.startswith("RateLimit")]

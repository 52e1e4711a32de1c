"""What stands for somebody: seen by its owner, narrowed, and ended for good."""

import pytest
from flask import Flask
from sqlalchemy import text
from sqlalchemy.engine import Engine

from flashpromo.accounts import sign_ins, users
from flashpromo.accounts.believed import believed
from flashpromo.accounts.permissions import Permission
from flashpromo.db import session, transaction
from flashpromo.entrance import uses
from tests.api.conftest import PASSWORD, Caller, People
from tests.api.test_sign_in import STORES, TOKEN, sign_in
from tests.conftest import Clock
from tests.world import World

TOKENS = "/api/auth/tokens/"
KEYS = "/api/auth/keys/"
ME = "/api/auth/me/"
PASSWORDS = "/api/auth/password/"
NOWHERE = "00000000-0000-4000-8000-000000000000"


def another(client, username="admin", **terms) -> Caller:
    """One more token of the same person."""
    sent = {"username": username, "password": PASSWORD, **terms}
    return Caller(client, client.post(TOKEN, json=sent).json["token"])


def works(caller: Caller) -> bool:
    return caller.get(ME).status_code == 200


def held(caller: Caller) -> list[dict]:
    return caller.get(TOKENS).json["results"]


def test_its_owner_sees_where_a_token_comes_from(client, operator: Caller):
    from_phone = {"headers": {"User-Agent": "Phone/1.0 (\xe4)"}}
    sent = {"username": "admin", "password": PASSWORD, "name": "my phone"}
    client.post(TOKEN, json=sent, **from_phone)
    answer = operator.get(TOKENS).json
    assert answer["count"] == 2
    phone, present = answer["results"]
    assert (phone["name"], phone["kind"], phone["scopes"]) == ("my phone", "token", None)
    assert phone["created_from"] == "127.0.0.1 Phone/1.0 (?)"
    assert (phone["current"], present["current"]) == (False, True)
    assert phone["last_used_at"] is None
    assert phone["created_at"] < phone["expires_at"]


def test_no_cache_keeps_a_secret(client, operator: Caller):
    key = operator.post(KEYS, {"name": "back end", "scopes": ["promos:read"]})
    for answer in (sign_in(client), key):
        assert answer.headers["Cache-Control"] == "no-store"


def test_the_list_is_paged_and_shows_no_secret(client, operator: Caller):
    callers = [another(client) for _ in range(3)]
    answer = operator.get(f"{TOKENS}?page_size=3")
    assert (answer.json["count"], len(answer.json["results"])) == (4, 3)
    assert answer.json["next"].endswith("page=2")
    for caller in [operator, *callers]:
        assert caller.token not in answer.text


def test_the_plain_token_stands_in_no_table(client, operator: Caller, app: Flask):
    phone = another(client, name="my phone")
    key = operator.post(KEYS, {"name": "back end", "scopes": ["promos:read"]}).json["token"]
    with app.app_context():
        tables = session().scalars(
            text("SELECT tablename FROM pg_tables WHERE schemaname='public'")
        )
        everything = "".join(
            str(session().execute(text(f'SELECT t::text FROM "{table}" AS t')).all())
            for table in tables.all()
        )
    assert "my phone" in everything
    for secret in (operator.token, phone.token, key):
        assert secret not in everything
        assert secret.encode().hex() not in everything


def test_a_revoked_token_is_refused_at_once(client, operator: Caller):
    phone = another(client)
    assert works(phone)
    phone_id = next(each["id"] for each in held(operator) if not each["current"])
    assert operator.delete(f"{TOKENS}{phone_id}/").status_code == 204
    assert not works(phone)
    assert operator.delete(f"{TOKENS}{phone_id}/").status_code == 404
    assert works(operator)


def test_what_another_process_revoked_writes_nothing_more(operator: Caller, engine: Engine):
    """It may read for the second in which this process believes it, and no longer."""
    assert works(operator)
    with engine.begin() as connection:
        connection.execute(text("DELETE FROM auth_token"))
    store = {"name": "Café", "latitude": 0, "longitude": 0}
    assert operator.post(STORES, store).status_code == 401
    assert works(operator)
    believed.forget_all()
    assert not works(operator)


def test_signing_out_ends_the_token_in_use_and_no_other(client, operator: Caller):
    phone = another(client)
    assert phone.delete(TOKEN).status_code == 204
    assert not works(phone)
    assert phone.delete(TOKEN).status_code == 401
    assert works(operator)


def test_all_others_end_together(client, operator: Caller, people: People):
    alice = people.client("alice")
    phone, tablet = another(client), another(client)
    key = operator.post(KEYS, {"name": "back end", "scopes": ["promos:read"]}).json["token"]
    assert all(works(each) for each in (phone, tablet))
    assert operator.delete(TOKENS).status_code == 204
    assert not any(works(each) for each in (phone, tablet, Caller(client, key)))
    assert works(operator)
    assert works(alice)
    assert [each["current"] for each in held(operator)] == [True]


def test_what_others_hold_is_not_there(client, operator: Caller, people: People):
    alice, bob = people.client("alice"), people.client("bob")
    for one, other in [(alice, bob), (bob, alice), (operator, alice), (alice, operator)]:
        other_id = held(other)[0]["id"]
        assert other_id not in {each["id"] for each in held(one)}
        for path in (TOKENS, KEYS):
            assert one.delete(f"{path}{other_id}/").status_code == 404
        assert works(other)
    assert alice.delete(f"{TOKENS}{NOWHERE}/").status_code == 404
    assert alice.delete(f"{TOKENS}1/").status_code == 404


def test_what_has_expired_is_not_listed(client, operator: Caller, clock: Clock):
    gone = another(client)
    clock.advance(hours=25)  # what signs in lives for a day, the caller of the tests for a year
    phone = another(client)
    believed.forget_all()
    assert not works(gone)
    assert works(operator)
    assert len(held(phone)) == 2


def test_a_narrowed_token_does_only_that(client, techshop: Caller, people: People, world: World):
    reader = another(client, "techshop", scopes=["catalogue:read"])
    assert reader.get(STORES).status_code == 200
    refused = reader.patch(f"{STORES}{world.store_id}/", {"name": "Mine"})
    assert (refused.status_code, refused.json["code"]) == (403, "insufficient_scope")
    not_for_merchants = reader.get("/api/users/clients-profiles/")
    assert (not_for_merchants.status_code, not_for_merchants.json["code"]) == (403, "forbidden")
    assert reader.get(TOKENS).json["code"] == "insufficient_scope"
    assert reader.get(ME).json["scopes"] == ["account:self", "catalogue:read"]
    assert reader.delete(TOKEN).status_code == 204


@pytest.mark.parametrize(
    ("terms", "field"),
    [
        ({"scopes": []}, "scopes"),
        ({"scopes": ["everything"]}, "scopes"),
        ({"scopes": "promos:read"}, "scopes"),
        ({"scopes": [["promos:read"]]}, "scopes"),
        ({"scopes": ["promos:read"] * 101}, "scopes"),
        ({"scopes": ["promos:read", "profile:read"]}, "scopes"),  # no operator may
        ({"name": "x" * 101}, "name"),
        ({"name": "a\0b"}, "name"),
        ({"name": None}, "name"),
    ],
)
def test_wrong_terms_of_a_token_are_named(client, operator: Caller, terms, field):
    sent = {"username": "admin", "password": PASSWORD, **terms}
    answer = client.post(TOKEN, json=sent)
    assert answer.status_code == 422
    assert set(answer.json["errors"]) == {field}


def test_who_am_i(operator: Caller, techshop: Caller, alice: Caller, world: World):
    me = techshop.get(ME).json
    assert (me["username"], me["kind"], me["client_id"]) == ("techshop", "merchant", None)
    assert me["stores"] == [{"id": world.store_id, "role": "owner"}]
    assert "promos:write" in me["scopes"]
    assert me["expires_at"]
    assert (alice.get(ME).json["kind"], alice.get(ME).json["client_id"]) == ("client", world.alice)
    assert operator.get(ME).json["kind"] == "operator"
    assert set(operator.get(ME).json["scopes"]) < {each.value for each in Permission}


def test_a_new_password_ends_everything_but_the_token_in_use(client, operator: Caller):
    phone = another(client)
    key = operator.post(KEYS, {"name": "back end", "scopes": ["account:read"]}).json["token"]
    assert works(phone)
    change = {"old_password": PASSWORD, "new_password": "another one"}
    assert operator.post(PASSWORDS, change).status_code == 204
    assert works(operator)
    assert not works(phone)
    assert not works(Caller(client, key))
    assert sign_in(client).status_code == 401
    assert sign_in(client, password="another one").status_code == 200


@pytest.mark.parametrize(
    ("old", "new", "field"),
    [
        ("wrong", "another one", "old_password"),
        (PASSWORD, "short", "new_password"),
        (PASSWORD, "x" * 1025, "new_password"),
        (PASSWORD, None, "new_password"),
    ],
)
def test_a_password_is_not_changed_by_mistake(client, operator: Caller, old, new, field):
    answer = operator.post(PASSWORDS, {"old_password": old, "new_password": new})
    assert answer.status_code == 422
    assert set(answer.json["errors"]) == {field}
    assert sign_in(client).status_code == 200


def test_a_stolen_token_cannot_try_passwords_for_long(client, operator: Caller, settings):
    change = {"old_password": "wrong", "new_password": "another one"}
    for _ in range(settings.sign_in_failures_per_minute):
        assert operator.post(PASSWORDS, change).status_code == 422
    assert operator.post(PASSWORDS, change | {"old_password": PASSWORD}).status_code == 429
    assert sign_in(client).status_code == 429


def test_a_deactivated_user_s_tokens_never_come_back(operator: Caller, app: Flask):
    assert works(operator)
    for active in (False, True):
        with app.app_context(), transaction():
            users.set_active("admin", active=active)
    assert not works(operator)


def test_a_sign_in_that_meets_a_new_password_gives_no_token(app: Flask, operator: Caller):
    """Its password was checked just before the change, its token would be written just after."""
    with app.app_context():
        checked = sign_ins.authenticate("admin", PASSWORD)
        with app.app_context(), transaction():
            sign_ins.set_password("admin", "another one")
        with pytest.raises(sign_ins.WrongCredentials):
            sign_ins.hold(checked)


def test_the_last_use_is_noted_about_once_a_minute(
    client, operator: Caller, clock: Clock, engine: Engine
):
    phone = another(client)

    def last_used() -> str | None:
        return next(each for each in held(phone) if each["current"])["last_used_at"]

    first = last_used()
    assert first is not None
    for seconds, noted in [(50, False), (11, True), (30, False)]:
        clock.advance(seconds=seconds)
        believed.forget_all()
        before, first = first, last_used()
        assert (first != before) == noted


def test_a_request_does_not_fail_when_its_use_cannot_be_noted(
    client, operator: Caller, engine: Engine, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(uses._Pause, "until", 0.0)
    phone = another(client)
    with engine.connect() as maintenance:
        maintenance.execute(text("LOCK TABLE auth_token IN SHARE MODE"))
        assert works(phone)
    assert uses._Pause.until > 0


@pytest.mark.parametrize(
    ("kind", "scopes", "method", "path"),
    [
        ("client", ["profile:write"], "delete", "/api/users/clients-profiles/me/?confirm=somebody"),
        ("operator", ["segments:write"], "get", "/api/users/user-segments/1/members/"),
    ],
)
def test_a_token_to_write_neither_erases_its_owner_nor_lists_clients(
    client, people, world, kind, scopes, method, path
):
    """It was made to send locations, or to sort clients into segments."""
    if kind == "client":
        people.client("somebody", world.alice)
    else:
        people.operator("somebody")
    narrowed = another(client, "somebody", scopes=scopes)
    answer = getattr(narrowed, method)(path)
    assert (answer.status_code, answer.json["code"]) == (403, "insufficient_scope")

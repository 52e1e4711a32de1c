"""Keys of programs: as narrow as they were made, shown once, ended like everything else."""

import pytest
from flask import Flask

from flashpromo.accounts.believed import believed
from flashpromo.db import transaction
from flashpromo.market import members
from tests.api.conftest import Caller, People
from tests.api.test_promos import PROMOS, terms
from tests.api.test_sign_in import STORES
from tests.api.test_tokens import KEYS, ME, NOWHERE, TOKENS, another, works
from tests.conftest import Clock
from tests.world import World


def make(maker: Caller, *scopes: str, **more) -> Caller:
    """A program with a key of these scopes."""
    answer = maker.post(KEYS, {"name": "back end", "scopes": list(scopes), **more})
    assert answer.status_code == 201, answer.text
    return Caller(maker.http, answer.json["token"])


def refused_fields(maker: Caller, **sent) -> set[str]:
    answer = maker.post(KEYS, {"name": "back end", "scopes": ["promos:read"], **sent})
    assert answer.status_code == 422, answer.text
    return set(answer.json["errors"])


def test_a_key_reads_and_does_not_write(techshop: Caller, world: World):
    reader = make(techshop, "promos:read")
    assert reader.token.startswith("fpk_")
    assert reader.get(PROMOS).status_code == 200
    refused = reader.post(PROMOS, terms(world))
    assert (refused.status_code, refused.json["code"]) == (403, "insufficient_scope")
    writer = make(techshop, "promos:read", "promos:write")
    assert writer.post(PROMOS, terms(world)).status_code == 201


def test_a_key_reaches_no_further_than_its_maker(techshop: Caller, cafe_id: int):
    writer = make(techshop, "catalogue:read", "catalogue:write")
    assert writer.patch(f"{STORES}{cafe_id}/", {"name": "Mine"}).status_code == 404
    assert writer.get("/api/users/clients-profiles/").status_code == 403


def test_a_key_loses_what_its_maker_loses(techshop: Caller, world: World, app: Flask, people):
    people.merchant("partner", world.store_id)
    reader = make(techshop, "catalogue:read")
    assert reader.get(STORES).json["count"] == 1
    with app.app_context(), transaction():
        members.remove(world.store_id, techshop.user_id)
    assert reader.get(STORES).json["count"] == 0


def test_a_key_is_shown_once(operator: Caller):
    answer = operator.post(KEYS, {"name": " back end ", "scopes": ["promos:read", "promos:read"]})
    made = answer.json
    assert (made["name"], made["scopes"], made["expires_at"]) == ("back end", ["promos:read"], None)
    for path in (KEYS, TOKENS):
        listed = operator.get(path)
        assert made["id"] in listed.text
        assert made["token"] not in listed.text
    assert [each["kind"] for each in operator.get(KEYS).json["results"]] == ["key"]


def test_no_key_is_wider_than_what_it_was_made_with(client, operator: Caller):
    narrowed = another(client, scopes=["keys:write", "promos:read"])
    assert make(narrowed, "promos:read").get(ME).json["scopes"] == ["account:self", "promos:read"]
    assert refused_fields(narrowed, scopes=["promos:read", "promos:write"]) == {"scopes"}
    no_maker = make(operator, "promos:read")
    assert no_maker.post(KEYS, {}).json["code"] == "insufficient_scope"


def test_a_key_makes_no_keys(operator: Caller):
    """Else one that has leaked would live on in those that it has made."""
    leaked = make(operator, "keys:write", "promos:read")
    refused = leaked.post(KEYS, {"name": "child", "scopes": ["promos:read"]})
    assert (refused.status_code, refused.json["code"]) == (403, "forbidden")
    assert operator.get(KEYS).json["count"] == 1


def test_nobody_gives_what_it_has_not_got(techshop: Caller, alice: Caller):
    assert refused_fields(techshop, scopes=["clients:write"]) == {"scopes"}
    refused = alice.post(KEYS, {"name": "mine", "scopes": ["promos:read"]})
    assert (refused.status_code, refused.json["code"]) == (403, "forbidden")


@pytest.mark.parametrize(
    ("sent", "wrong"),
    [
        ({"name": ""}, {"name"}),
        ({"name": "x" * 101}, {"name"}),
        ({"scopes": []}, {"scopes"}),
        ({"scopes": None}, {"scopes"}),
        ({"scopes": ["sudo"]}, {"scopes"}),
        ({"expires_at": "2020-01-01T00:00:00Z"}, {"expires_at"}),
        ({"expires_at": "2030-01-01"}, {"expires_at"}),
        ({"name": " ", "expires_at": "2020-01-01T00:00:00Z"}, {"name", "expires_at"}),
    ],
)
def test_wrong_terms_of_a_key_are_named(operator: Caller, sent, wrong):
    assert refused_fields(operator, **sent) == wrong
    assert operator.get(KEYS).json["count"] == 0


def test_a_key_ends_when_it_was_said_to(operator: Caller, world: World, clock: Clock):
    until = world.now.replace(year=world.now.year + 1).isoformat()
    key, endless = make(operator, "account:read", expires_at=until), make(operator, "account:read")
    assert works(key)
    clock.advance(days=367)
    believed.forget_all()
    assert not works(key)
    assert works(endless)


def test_a_key_is_revoked_by_its_owner(operator: Caller, people: People):
    partner = people.operator("partner")
    key = make(operator, "promos:read")
    assert works(key)
    key_id = operator.get(KEYS).json["results"][0]["id"]
    assert partner.delete(f"{KEYS}{key_id}/").status_code == 404
    assert operator.delete(f"{KEYS}{NOWHERE}/").status_code == 404
    assert operator.delete(f"{KEYS}{key_id}/").status_code == 204
    assert not works(key)


def test_a_token_is_no_key(operator: Caller):
    own_id = operator.get(TOKENS).json["results"][0]["id"]
    assert operator.delete(f"{KEYS}{own_id}/").status_code == 404


def test_a_token_that_has_just_ended_makes_no_key(client, operator: Caller, engine, rows):
    thief = another(client)
    assert works(thief)  # and is believed by this process for a second
    with engine.begin() as elsewhere:
        elsewhere.exec_driver_sql("DELETE FROM auth_token")
    assert thief.post(KEYS, {"name": "mine", "scopes": ["promos:read"]}).status_code == 401
    assert rows("auth_token") == 0

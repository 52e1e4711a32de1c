"""An answer that is given again is the one that the application would give, and no older one."""

import pytest
from cachetools import TTLCache
from flask import Flask
from prometheus_client import REGISTRY

from flashpromo.accounts.believed import believed
from flashpromo.api import again
from flashpromo.config import Settings
from flashpromo.db import transaction
from tests.api.conftest import Caller, People
from tests.api.test_promos import PROMOS, terms
from tests.world import World

RESERVATIONS = "/api/promotions/promo-reservations/"
LISTS = [f"{PROMOS}running/", f"{PROMOS}eligible/"]
EACH_TIME = {"X-Request-ID", "RateLimit", "RateLimit-Remaining", "RateLimit-Reset"}


@pytest.fixture(autouse=True)
def passed(app: Flask, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The paths of the requests that the application itself was asked, at a clock that is slow."""
    patient = app.extensions["flashpromo_settings"].model_copy(update={"cached_list_seconds": 60.0})
    monkeypatch.setitem(app.extensions, "flashpromo_settings", patient)
    monkeypatch.setattr("flashpromo.checkout.hold.HINT_SECONDS", 60.0)
    monkeypatch.setattr(believed, "_principals", TTLCache(100, 60))
    paths: list[str] = []

    def note(environ, start):
        paths.append(environ["PATH_INFO"])
        return app.__class__.wsgi_app(app, environ, start)

    around = next(each for each in _chain(app) if isinstance(each, again.Again))
    monkeypatch.setattr(around, "_inside", note)
    monkeypatch.setattr(around, "_kept", TTLCache(100, 60))
    return paths


def _chain(app: Flask):
    found = app.wsgi_app
    while found is not None:
        yield found
        found = next(
            (
                getattr(found, name)
                for name in ("_application", "_inside", "app")
                if hasattr(found, name)
            ),
            None,
        )


@pytest.fixture
def ann(people: People, world: World) -> Caller:
    """Another client near TechShop."""
    with people.app.app_context(), transaction():
        client_id = world.add_client("ann", metres=200)
    return people.client("ann", client_id)


def _said(answer) -> tuple:
    headers = sorted(each for each in answer.headers if each[0] not in EACH_TIME)
    return answer.status_code, headers, answer.data


@pytest.mark.parametrize("path", LISTS)
@pytest.mark.parametrize("sent", [{}, {"Accept-Encoding": "gzip"}])
def test_a_list_is_given_again_as_it_was(
    techshop: Caller, alice: Caller, world: World, passed: list[str], path: str, sent: dict
):
    techshop.post(PROMOS, terms(world))
    first = alice.get(path, headers=sent)
    second = alice.get(path, headers=sent)
    assert passed.count(path) == 1
    assert _said(second) == _said(first)
    left = [int(each.headers["RateLimit-Remaining"]) for each in (first, second)]
    assert left[1] < left[0]
    assert second.headers["X-Request-ID"] != first.headers["X-Request-ID"]
    tag = sent | {"If-None-Match": first.headers["ETag"]}
    assert [alice.get(path, headers=tag).status_code for _ in range(2)] == [304, 304]
    assert passed.count(path) == 2
    assert alice.get(path, headers={"Accept-Encoding": "br"}).data != b""
    assert passed.count(path) == 3


@pytest.mark.parametrize("path", LISTS)
def test_a_change_is_seen_at_once(techshop: Caller, alice: Caller, world: World, path: str):
    promo = techshop.post(PROMOS, terms(world)).headers["Location"]
    assert [alice.get(path).json["count"] for _ in range(2)] == [1, 1]
    techshop.patch(promo, {"promo_price": "450.00"})
    assert alice.get(path).json["results"][0]["promo_price"] == "450.00"


def test_nobody_gets_what_another_was_given(
    techshop: Caller, alice: Caller, people: People, world: World
):
    techshop.post(PROMOS, terms(world))
    assert [alice.get(LISTS[1]).json["count"] for _ in range(2)] == [1, 1]
    bob = people.client("bob", world.bob)
    assert bob.get(LISTS[1]).json["count"] == 0


def test_who_has_signed_out_is_given_nothing(techshop: Caller, alice: Caller, world: World):
    techshop.post(PROMOS, terms(world))
    assert [alice.get(LISTS[0]).status_code for _ in range(2)] == [200, 200]
    alice.delete("/api/auth/token/")
    assert alice.get(LISTS[0]).status_code == 401


def test_the_rate_is_counted_all_the_same(
    app: Flask, alice: Caller, settings: Settings, monkeypatch: pytest.MonkeyPatch
):
    few = settings.model_copy(update={"requests_per_token": 2})
    monkeypatch.setitem(app.extensions, "flashpromo_settings", few)
    answers = [alice.get(LISTS[0]) for _ in range(10)]
    assert [each.status_code for each in answers[:2]] == [200, 200]
    refused = next(each for each in answers if each.status_code == 429)
    assert int(refused.headers["Retry-After"]) > 0


def test_a_loser_is_refused_again_while_all_is_held(
    techshop: Caller, alice: Caller, ann: Caller, world: World, passed: list[str]
):
    promo_id = techshop.post(PROMOS, terms(world)).json["id"]
    body = {"promo_id": promo_id}
    held = alice.post(RESERVATIONS, body).json["id"]
    ann.post(RESERVATIONS, body)
    before, asked = _refusals(), passed.count(RESERVATIONS)
    first, second = ann.post(RESERVATIONS, body), ann.post(RESERVATIONS, body)
    assert passed.count(RESERVATIONS) == asked
    assert first.status_code == 409
    assert _said(second) == _said(first)
    assert _refusals() == before + 2
    keyed = {"Idempotency-Key": "a-key"}
    assert ann.post(RESERVATIONS, body, headers=keyed).status_code == 409
    assert passed.count(RESERVATIONS) == asked + 1
    alice.post(f"{RESERVATIONS}{held}/release/")
    assert ann.post(RESERVATIONS, body).status_code == 201


def _refusals() -> float:
    labels = {"answer": "already_held"}
    return REGISTRY.get_sample_value("flashpromo_hold_requests_total", labels) or 0.0

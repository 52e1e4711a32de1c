"""Unchanged lists cost no query; a change is seen by the next request; nothing false is kept."""

import gzip
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from flask import Flask
from sqlalchemy import event
from sqlalchemy.engine import Engine

from flashpromo import cache
from flashpromo.config import Settings
from tests.api.conftest import Caller, People
from tests.api.test_promos import PROMOS, later, terms
from tests.world import World

ZIPPED = {"Accept-Encoding": "gzip"}
LISTS = [f"{PROMOS}running/", f"{PROMOS}eligible/"]


@pytest.fixture
def slow_clock(app: Flask, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """Lists are kept for longer than a busy machine may take between two requests."""
    patient = settings.model_copy(update={"cached_list_seconds": 60.0})
    monkeypatch.setitem(app.extensions, "flashpromo_settings", patient)


@contextmanager
def counting(engine: Engine) -> Iterator[list[str]]:
    """The statements that are sent meanwhile, but for the token: that is believed for a second."""
    sent: list[str] = []

    def note(_connection, _cursor, statement, *_):
        if "auth_token" not in statement:
            sent.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        event.remove(engine, "before_cursor_execute", note)


@pytest.mark.usefixtures("slow_clock")
@pytest.mark.parametrize("path", LISTS)
def test_an_unchanged_list_costs_no_query(
    techshop: Caller, alice: Caller, world: World, engine: Engine, path: str
):
    techshop.post(PROMOS, terms(world))
    first = alice.get(path)
    with counting(engine) as sent:
        second = alice.get(path)
    assert second.data == first.data
    assert sent == []


@pytest.mark.usefixtures("slow_clock")
def test_a_merchant_s_list_costs_none_either(techshop: Caller, world: World, engine: Engine):
    techshop.post(PROMOS, terms(world))
    first = techshop.get(LISTS[0])
    with counting(engine) as sent:
        assert techshop.get(LISTS[0]).data == first.data
    assert sent == []


@pytest.mark.usefixtures("slow_clock")
@pytest.mark.parametrize("path", LISTS)
def test_asking_whether_a_list_has_changed_costs_no_query(
    techshop: Caller, alice: Caller, world: World, engine: Engine, path: str
):
    """Compressed or not, whole or in part, and with its rate counted."""
    techshop.post(PROMOS, terms(world))
    for asked, headers in ((path, {}), (path, ZIPPED), (f"{path}?fields=id,state", {})):
        first = alice.get(asked, headers=headers)
        with counting(engine) as sent:
            second = alice.get(asked, headers=headers)
            tag = {"If-None-Match": first.headers["ETag"]}
            again = alice.get(asked, headers=headers | tag)
        assert sent == []
        assert (second.data, again.status_code, again.data) == (first.data, 304, b"")
        for answer in (first, second, again):
            assert answer.headers["Cache-Control"] == "private, no-cache"
            assert "Authorization" in answer.headers["Vary"]
            assert int(answer.headers["RateLimit-Remaining"]) > 0
        techshop.patch(f"/api/market/stores/{world.store_id}/", {"name": f"Shop {asked}{headers}"})
        if "fields" not in asked:
            assert alice.get(asked, headers=headers | tag).status_code == 200


@pytest.mark.usefixtures("slow_clock")
@pytest.mark.parametrize("path", LISTS)
def test_a_page_of_promos_is_compressed_and_has_a_tag_of_its_own(
    techshop: Caller, alice: Caller, world: World, path: str
):
    techshop.patch(f"/api/market/stores/{world.store_id}/", {"name": "TechShop " * 20})
    techshop.post(PROMOS, terms(world, segment_ids=[world.new_users, world.frequent]))
    plain, zipped = alice.get(path), alice.get(path, headers=ZIPPED)
    assert gzip.decompress(zipped.data) == plain.data
    assert zipped.headers["ETag"] != plain.headers["ETag"]


@pytest.mark.parametrize("path", LISTS)
def test_every_change_is_seen_by_the_next_request(
    techshop: Caller, operator: Caller, alice: Caller, world: World, path: str
):
    promo = techshop.post(PROMOS, terms(world, quantity=2)).headers["Location"]

    def shown() -> dict:
        return alice.get(path).json["results"][0]

    assert shown()["quantity"] == 2
    techshop.patch(promo, {"promo_price": "450.00"})
    assert shown()["promo_price"] == "450.00"
    techshop.patch(f"/api/market/products/{world.product_id}/", {"name": "Headphones ABC"})
    assert shown()["product"]["name"] == "Headphones ABC"
    techshop.patch(f"/api/market/stores/{world.store_id}/", {"name": "TechShop 2"})
    assert shown()["product"]["store"]["name"] == "TechShop 2"
    operator.patch(f"/api/users/user-segments/{world.new_users}/", {"name": "Newest users"})
    assert shown()["segments"][0]["name"] == "Newest users"
    techshop.patch(promo, {"is_active": False})
    assert alice.get(path).json["count"] == 0


def test_a_client_s_list_follows_the_client(
    techshop: Caller, operator: Caller, alice: Caller, world: World
):
    techshop.post(PROMOS, terms(world))
    profile = f"/api/users/clients-profiles/{world.alice}/"
    assert alice.get(LISTS[1]).json["count"] == 1
    operator.patch(profile, {"segment_ids": [world.frequent]})
    assert alice.get(LISTS[1]).json["count"] == 0
    operator.patch(profile, {"segment_ids": [world.new_users]})
    assert alice.get(LISTS[1]).json["count"] == 1
    operator.patch(profile, {"latitude": None, "longitude": None})
    assert alice.get(LISTS[1]).json["count"] == 0


def test_a_store_that_moves_takes_its_promos_along(techshop: Caller, alice: Caller, world: World):
    techshop.post(PROMOS, terms(world))
    store = f"/api/market/stores/{world.store_id}/"
    assert alice.get(LISTS[1]).json["count"] == 1
    techshop.patch(store, {"latitude": 40})
    assert alice.get(LISTS[1]).json["count"] == 0


def test_the_lists_are_paged(techshop: Caller, alice: Caller, world: World):
    for number in range(3):
        product = techshop.post(
            "/api/market/products/",
            {"name": f"Thing {number}", "regular_price": 10, "store_id": world.store_id},
        ).json["id"]
        techshop.post(PROMOS, terms(world, product_id=product, promo_price=5))
    for path in LISTS:
        page = alice.get(f"{path}?page=2&page_size=2").json
        assert (page["count"], len(page["results"]), page["next"]) == (3, 1, None)
        assert page["previous"] == f"http://localhost{path}?page=1&page_size=2"
        assert alice.get(f"{path}?page=0").status_code == 400


def test_what_has_not_started_is_not_there(techshop: Caller, alice: Caller, world: World):
    techshop.post(PROMOS, terms(world, start_time=later(world, hours=1)))
    assert [alice.get(path).json["count"] for path in LISTS] == [0, 0]


@pytest.mark.usefixtures("slow_clock")
def test_what_one_list_shows_is_not_read_again_for_another(
    techshop: Caller, alice: Caller, people: People, world: World, engine: Engine
):
    """Two statements: the time, and which promos; then as they are once one of them is changed."""
    carol = people.client("carol", world.carol)
    promo = techshop.post(PROMOS, terms(world)).json
    first = alice.get(LISTS[1]).json["results"]
    with counting(engine) as sent:
        other = carol.get(LISTS[1]).json["results"]
    assert other == first
    assert (len(sent), [each for each in sent if "JOIN store" in each]) == (2, [])
    techshop.patch(f"/api/market/products/{world.product_id}/", {"name": "Earphones"})
    for who in (carol, alice):
        (shown,) = who.get(LISTS[1]).json["results"]
        assert (shown["id"], shown["product"]["name"]) == (promo["id"], "Earphones")


@pytest.mark.usefixtures("slow_clock")
def test_a_list_does_not_outlive_what_it_has_from_another(
    techshop: Caller, alice: Caller, people: People, world: World, monkeypatch: pytest.MonkeyPatch
):
    """Nothing is believed for longer than 60 s here, however many have taken it from each other."""
    carol, lives = people.client("carol", world.carol), []
    remember = cache.remember
    monkeypatch.setattr(
        cache, "remember", lambda *args: (lives.append(args[2]), remember(*args))[1]
    )
    techshop.post(PROMOS, terms(world))
    alice.get(LISTS[1])
    monkeypatch.setattr(time, "monotonic", lambda now=time.monotonic: now() + 25)
    carol.get(LISTS[1])
    assert 59 < lives[0] <= 60
    assert 34 < lives[1] <= 35

"""Lists: what they are narrowed to, their order, less of each thing, and what a page costs."""

from datetime import timedelta
from typing import Any
from urllib.parse import quote, urlencode

import pytest
from flask import Flask
from sqlalchemy import text

from flashpromo.db import session, transaction
from tests.api.conftest import Caller
from tests.api.test_promos import PROMOS, later, terms
from tests.conftest import Clock
from tests.story import statements
from tests.world import World

STORES, PRODUCTS = "/api/market/stores/", "/api/market/products/"
SEGMENTS, CLIENTS = "/api/users/user-segments/", "/api/users/clients-profiles/"
RESERVATIONS = "/api/promotions/promo-reservations/"
MANY = 10_000
FILL = text("""
WITH made AS (
  INSERT INTO promo (product_id, promo_price, regular_price, start_time, end_time, segment_ids,
                     location)
  SELECT :product_id, 1 + n % 500, 999, app_now() + n % 7 * interval '1 day',
         app_now() + n % 7 * interval '1 day' + interval '2 hours',
         ARRAY[CAST(:segment AS integer)],
         (SELECT location FROM store WHERE id = :store_id)
  FROM generate_series(1, :many) AS n RETURNING id)
INSERT INTO promo_run (promo_id) SELECT id FROM made
""")


def names(caller: Caller, path: str, **query: Any) -> list[str]:
    return [each["name"] for each in results(caller, path, **query)]


def results(caller: Caller, path: str, **query: Any) -> list[dict]:
    answer = caller.get(f"{path}?{urlencode(query)}")
    assert answer.status_code == 200, answer.json
    assert answer.json["count"] == len(answer.json["results"])
    return answer.json["results"]


@pytest.fixture
def promos(operator: Caller, world: World, cafe_id: int) -> dict[str, int]:
    """Running headphones, a cup that starts tomorrow at the café, a paused case, a draft."""
    made = {}
    cup = {"name": "Cup 100%", "regular_price": 20, "store_id": cafe_id}
    case = {"name": "Case", "regular_price": 50, "store_id": world.store_id}
    tomorrow = {"start_time": later(world, days=1), "end_time": later(world, days=1, hours=1)}
    for name, product, changes in (
        ("headphones", None, {}),
        ("cup", cup, {"promo_price": 5, "segment_ids": [world.frequent], **tomorrow}),
        ("case", case, {"promo_price": 30}),
        ("draft", None, {"promo_price": 700, "is_active": False, **tomorrow}),
    ):
        if product is not None:
            changes["product_id"] = operator.post(PRODUCTS, product).json["id"]
        made[name] = operator.post(PROMOS, terms(world, **changes)).json["id"]
    assert operator.post(f"{PROMOS}{made['case']}/pause/").status_code == 200
    return made


NARROWED = [
    ({"state": "running"}, ["headphones"]),
    ({"state": "paused,draft"}, ["draft", "case"]),
    ({"is_active": "true"}, ["case", "cup", "headphones"]),
    ({"is_active": "false"}, ["draft"]),
    ({"store": "cafe"}, ["cup"]),
    ({"segment": "frequent"}, ["cup"]),
    ({"product_id": "headphones"}, ["draft", "headphones"]),
    ({"starts_after": 1}, ["draft", "cup"]),
    ({"starts_before": 1}, ["case", "headphones"]),
    ({"ends_after": 25}, ["draft", "cup"]),
    ({"ends_before": 25}, ["case", "headphones"]),
    ({"starts_after": 1, "state": "scheduled"}, ["cup"]),
    ({"q": "HEADPHONES"}, ["draft", "headphones"]),
    ({"q": "afé"}, ["cup"]),
    ({"q": "100%"}, ["cup"]),
    ({"q": "%"}, ["cup"]),
    ({"q": "nothing"}, []),
    ({"sort": "id"}, ["headphones", "cup", "case", "draft"]),
    ({"sort": "promo_price"}, ["cup", "case", "headphones", "draft"]),
    ({"sort": "-promo_price"}, ["draft", "headphones", "case", "cup"]),
    ({"sort": "start_time"}, ["case", "headphones", "draft", "cup"]),
    ({"sort": "-start_time"}, ["draft", "cup", "case", "headphones"]),
    ({"sort": "end_time"}, ["case", "headphones", "draft", "cup"]),
    ({"sort": "-created_at"}, ["draft", "case", "cup", "headphones"]),
]
"""Words stand for ids, numbers for hours from now: tomorrow starts in 24 and ends in 25."""


def test_promos_are_narrowed_and_ordered(
    operator: Caller, world: World, cafe_id: int, promos: dict
):
    ids = {"cafe": cafe_id, "frequent": world.frequent, "headphones": world.product_id}
    for query, expected in NARROWED:
        asked = {
            name: ids.get(value, value) if isinstance(value, str) else hours(world, value)
            for name, value in query.items()
        }
        found = [each["id"] for each in results(operator, PROMOS, **asked)]
        assert found == [promos[name] for name in expected], query


def hours(world: World, number: int) -> str:
    return (world.now + timedelta(hours=number)).isoformat()


def test_a_plus_that_was_not_escaped_is_a_plus(operator: Caller, world: World, promos: dict):
    written = hours(world, 1)
    assert written.endswith("+00:00")
    assert operator.get(f"{PROMOS}?starts_after={written}").json["count"] == 2
    assert operator.get(f"{PROMOS}?starts_after={quote(written)}").json["count"] == 2


def test_filters_show_nobody_more_than_it_may_see(
    techshop: Caller, alice: Caller, world: World, cafe_id: int, promos: dict
):
    assert results(techshop, PROMOS, store=cafe_id) == []
    assert len(results(techshop, PROMOS, sort="id")) == 3
    assert [each["id"] for each in results(alice, PROMOS, sort="id")] == [
        promos["headphones"],
        promos["case"],
    ]
    assert results(alice, PROMOS, state="draft,scheduled") == []


WRONG = [
    "state=open",
    "state=",
    "is_active=yes",
    "store=x",
    "segment=3000000000",
    "starts_after=soon",
    "sort=price",
    "q=",
    "q=%00",
    "fields=id,nothing",
    "fields=",
    "colour=red",
    "page=0",
]


def test_what_cannot_be_asked_is_named(operator: Caller, world: World):
    for wrong in WRONG:
        refused = operator.get(f"{PROMOS}?{wrong}")
        named = [wrong.partition("=")[0]]
        assert (refused.status_code, [*refused.json["errors"]]) == (400, named), wrong


def test_an_unknown_parameter_is_ignored_where_nothing_is_narrowed(alice: Caller, world: World):
    assert alice.get(f"{PROMOS}running/?again=1").status_code == 200


def test_stores_products_and_segments_are_found_by_name(
    operator: Caller, world: World, cafe_id: int
):
    assert names(operator, STORES, q="tech") == ["TechShop"]
    assert names(operator, SEGMENTS, q="USERS") == ["New users"]
    product = {"name": "Cup", "regular_price": 20, "store_id": cafe_id}
    operator.post(PRODUCTS, product)
    assert names(operator, PRODUCTS, store=cafe_id) == ["Cup"]
    assert names(operator, PRODUCTS, q="head") == ["Headphones XYZ"]
    assert names(operator, PRODUCTS, q="head", store=cafe_id) == []
    assert names(operator, PRODUCTS, external_id="none") == []


def test_clients_are_found_by_their_names(operator: Caller, alice: Caller, world: World):
    made = operator.post(
        CLIENTS, {"external_id": "M-1", "username": "m1", "password": "long enough"}
    )
    for query in (
        {"external_id": "M-1"},
        {"username": "m1"},
        {"external_id": "M-1", "username": "m1"},
    ):
        assert [each["id"] for each in results(operator, CLIENTS, **query)] == [made.json["id"]]
    assert results(operator, CLIENTS, external_id="M-2") == []
    assert results(operator, CLIENTS, username="admin") == []  # that is no client
    assert results(operator, CLIENTS, username="no such name") == []
    assert results(alice, CLIENTS, external_id="M-1") == []


def test_reservations_are_narrowed(
    techshop: Caller, alice: Caller, world: World, clock: Clock, redis
):
    promo_id = techshop.post(PROMOS, terms(world, quantity=3)).json["id"]

    def states() -> dict[str, int]:
        wanted = ("held", "completed", "released", "expired")
        return {state: len(results(alice, RESERVATIONS, state=state)) for state in wanted}

    none = {"held": 0, "completed": 0, "released": 0, "expired": 0}
    held = alice.post(RESERVATIONS, {"promo_id": promo_id}).json["id"]
    assert states() == none | {"held": 1}
    alice.post(f"{RESERVATIONS}{held}/release/")
    assert states() == none | {"released": 1}
    bought = alice.post(RESERVATIONS, {"promo_id": promo_id}).json["id"]
    alice.post(f"{RESERVATIONS}{bought}/complete/")
    alice.post(RESERVATIONS, {"promo_id": promo_id})
    clock.advance(seconds=61)
    assert states() == {"held": 0, "completed": 1, "released": 1, "expired": 1}
    assert len(results(alice, RESERVATIONS, promo=promo_id)) == 3
    assert results(alice, RESERVATIONS, promo=promo_id + 1) == []


def test_who_needs_less_is_sent_less(
    operator: Caller, alice: Caller, world: World, promos: dict, cafe_id: int
):
    part = {"id": promos["case"], "state": "paused"}
    page = operator.get(f"{PROMOS}?fields=state,id&state=paused")
    assert page.json == {"count": 1, "next": None, "previous": None, "results": [part]}
    assert page.mimetype == "application/vnd.flash-promos.part+json"
    one = operator.get(f"{PROMOS}{promos['case']}/?fields=id,state")
    assert (one.json, one.mimetype) == (part, page.mimetype)
    assert one.headers["ETag"] == operator.get(f"{PROMOS}{promos['case']}/").headers["ETag"]
    for path in (STORES, PRODUCTS, SEGMENTS, CLIENTS):
        listed = operator.get(f"{path}?fields=id").json["results"]
        assert [[*each] for each in listed] == [["id"]] * len(listed)
        assert [*operator.get(f"{path}{listed[0]['id']}/?fields=id").json] == ["id"]
        assert operator.get(f"{path}{listed[0]['id']}/?fields=no").status_code == 400
    for path in (f"{PROMOS}running/", f"{PROMOS}eligible/"):
        assert alice.get(f"{path}?fields=id").json["results"] == [{"id": promos["headphones"]}]
    assert [*alice.get("/api/auth/tokens/?fields=kind").json["results"][0]] == ["kind"]
    assert alice.get(f"{CLIENTS}me/inbox/?fields=id").json["unread"] == 0
    assert len(operator.get(f"{STORES}{cafe_id}/members/?fields=role").json["results"]) == 0
    held = alice.post(RESERVATIONS, {"promo_id": promos["headphones"]}).json["id"]
    assert alice.get(f"{RESERVATIONS}?fields=id").json["results"] == [{"id": held}]
    assert alice.get(f"{RESERVATIONS}{held}/?fields=id,state").json == {"id": held, "state": "held"}


def test_the_next_page_asks_for_the_same(operator: Caller, promos: dict):
    first = operator.get(f"{PROMOS}?page_size=3&sort=promo_price&fields=id").json
    second = operator.get(first["next"]).json
    found = [each["id"] for page in (first, second) for each in page["results"]]
    assert found == [promos[name] for name in ("cup", "case", "headphones", "draft")]


@pytest.fixture
def ten_thousand(app: Flask, world: World) -> None:
    values = {
        "product_id": world.product_id,
        "store_id": world.store_id,
        "segment": world.new_users,
        "many": MANY,
    }
    with app.app_context(), transaction():
        session().execute(FILL, values)
        session().execute(text("ANALYZE promo, promo_run"))


@pytest.mark.usefixtures("ten_thousand")
def test_a_page_of_ten_thousand_promos_costs_as_much_as_any_other(app: Flask, operator: Caller):
    filters = (
        "state=draft&store=1&segment=1&q=head&sort=-promo_price&starts_after=2000-01-01T00:00Z"
    )
    last = MANY // 100
    pages = [f"page={page}&page_size=100" for page in (1, last // 2, last)]
    counts = set()
    for query in (each + more for each in pages for more in ("", f"&{filters}", "&fields=id")):
        operator.get(SEGMENTS)  # so that the token is believed
        with app.app_context(), statements() as sent:
            page = operator.get(f"{PROMOS}?{query}").json
        counts.add(len([each for each in sent if "auth_token" not in each]))
        assert (page["count"], len(page["results"])) == (MANY, 100), query
    print(f"{MANY} promos: {counts} statements a page")
    assert counts == {4}  # the time, how many, which, their segments


@pytest.mark.usefixtures("ten_thousand")
def test_pages_of_equal_promos_neither_repeat_nor_leave_out_any(operator: Caller):
    query = f"{PROMOS}?page_size=100&sort=start_time&fields=id"
    found = [
        each["id"]
        for page in range(10, 20)  # the promos of one day are fifteen pages
        for each in operator.get(f"{query}&page={page}").json["results"]
    ]
    assert len(set(found)) == len(found) == 1000

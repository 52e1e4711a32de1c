"""Stores: the contract, and whose they are."""

import pytest

from flashpromo.db import transaction
from flashpromo.market.members import Role
from flashpromo.promos import lifecycle
from tests.api.conftest import Caller, People
from tests.story import terms
from tests.world import World

STORES = "/api/market/stores/"
CORNER = {"name": "Corner", "latitude": 19.4, "longitude": -99.1}


def test_a_store_is_created_read_changed_and_deleted(operator: Caller):
    created = operator.post(STORES, CORNER)
    assert created.status_code == 201
    shown = created.json
    assert list(shown) == [
        "id",
        "name",
        "latitude",
        "longitude",
        "time_zone",
        "currency",
        "created_at",
        "updated_at",
    ]
    assert (shown["time_zone"], shown["currency"]) == ("UTC", "USD")
    path = created.headers["Location"]
    assert path == f"{STORES}{shown['id']}/"
    assert operator.get(path).json == shown

    replaced = operator.put(path, CORNER | {"name": "Corner 2", "latitude": "19.50"})
    assert (replaced.status_code, replaced.json["latitude"]) == (200, 19.5)
    assert operator.patch(path, {"time_zone": "America/Mexico_City"}).json["name"] == "Corner 2"

    deleted = operator.delete(path)
    assert (deleted.status_code, deleted.data) == (204, b"")
    assert operator.get(path).status_code == 404
    assert operator.delete(path).status_code == 404


def test_what_was_read_can_be_sent_back(operator: Caller):
    shown = operator.post(STORES, CORNER).json
    again = operator.put(f"{STORES}{shown['id']}/", shown)
    assert again.status_code == 200
    assert {**again.json, "updated_at": ""} == {**shown, "updated_at": ""}


def test_a_store_has_one_currency(operator: Caller):
    path = operator.post(STORES, CORNER | {"currency": "MXN"}).headers["Location"]
    assert operator.put(path, CORNER).json["currency"] == "MXN"
    assert operator.patch(path, {"currency": "EUR"}).json["currency"] == "EUR"
    for wrong in ("eur", "", "EURO", "DEM", "XXX", None):
        answer = operator.patch(path, {"currency": wrong})
        assert (answer.status_code, set(answer.json["errors"])) == (422, {"currency"})


def test_a_currency_stays_while_a_promo_is_published(app, operator: Caller, world: World):
    with app.app_context(), transaction():
        promo_id = lifecycle.create(terms(world), publish=True).id
    path = f"{STORES}{world.store_id}/"
    for write in (operator.patch, operator.put):
        answer = write(path, CORNER | {"currency": "MXN"})
        assert answer.status_code == 422
        assert answer.json["errors"] == {
            "currency": [f"Must stay USD until promo {promo_id} is over."]
        }
    assert operator.patch(path, {"name": "Corner 2", "currency": "USD"}).status_code == 200


def test_put_needs_every_required_field(operator: Caller):
    path = operator.post(STORES, CORNER).headers["Location"]
    answer = operator.put(path, {"name": "Corner"})
    assert answer.status_code == 422
    assert set(answer.json["errors"]) == {"latitude", "longitude"}


def test_a_merchant_who_opens_a_store_owns_it(people: People):
    newcomer = people.merchant("newcomer")
    path = newcomer.post(STORES, CORNER).headers["Location"]
    assert newcomer.get(STORES).json["count"] == 1
    assert newcomer.delete(path).status_code == 204


def test_a_merchant_sees_and_changes_only_its_own(techshop: Caller, cafe_id: int, world: World):
    listed = techshop.get(STORES).json
    assert [store["id"] for store in listed["results"]] == [world.store_id]
    foreign = f"{STORES}{cafe_id}/"
    assert techshop.get(foreign).status_code == 404
    assert techshop.patch(foreign, {"name": "Mine"}).status_code == 404
    assert techshop.delete(foreign).status_code == 404


def test_staff_may_change_a_store_but_not_delete_it(people: People, world: World):
    staff = people.merchant("helper", world.store_id, role=Role.STAFF)
    path = f"{STORES}{world.store_id}/"
    assert staff.patch(path, {"name": "TechShop Centro"}).status_code == 200
    refused = staff.delete(path)
    assert (refused.status_code, refused.json["code"]) == (403, "forbidden")


def test_clients_read_all_stores_and_write_none(alice: Caller, cafe_id: int):
    assert alice.get(STORES).json["count"] == 2
    assert alice.get(f"{STORES}{cafe_id}/").status_code == 200
    assert alice.post(STORES, CORNER).status_code == 403
    assert alice.patch(f"{STORES}{cafe_id}/", {"name": "x"}).status_code == 403
    assert alice.delete(f"{STORES}{cafe_id}/").status_code == 403


def test_a_store_goes_with_its_products(operator: Caller, world: World):
    assert operator.delete(f"{STORES}{world.store_id}/").status_code == 204
    assert operator.get(f"/api/market/products/{world.product_id}/").status_code == 404
    assert operator.get("/api/market/products/").json["count"] == 0


def test_pages_name_their_neighbours(operator: Caller):
    for number in range(5):
        operator.post(STORES, CORNER | {"name": f"Store {number}"})
    first = operator.get(f"{STORES}?page_size=2").json
    assert (first["count"], first["previous"]) == (5, None)
    assert first["next"] == f"http://localhost{STORES}?page_size=2&page=2"
    last = operator.get(f"{STORES}?page_size=2&page=3").json
    assert [store["name"] for store in last["results"]] == ["Store 4"]
    assert last["next"] is None
    assert last["previous"] == f"http://localhost{STORES}?page_size=2&page=2"
    beyond = operator.get(f"{STORES}?page_size=2&page=9").json
    assert (beyond["results"], beyond["next"]) == ([], None)
    assert beyond["previous"] == f"http://localhost{STORES}?page_size=2&page=3"


@pytest.mark.parametrize(
    "query",
    [
        "page=0",
        "page=-1",
        "page=abc",
        "page=1.5",
        "page=",
        "page=100000000000000000000",
        "page=" + "9" * 5000,
        "page=%00",
        "page=%EF%BC%91",
        "page_size=0",
        "page_size=101",
        "page_size=abc",
    ],
)
def test_a_wrong_page_is_400(operator: Caller, query: str):
    answer = operator.get(f"{STORES}?{query}")
    assert answer.status_code == 400
    assert answer.json["code"] == "bad_request"
    assert set(answer.json["errors"]) == {query.partition("=")[0]}

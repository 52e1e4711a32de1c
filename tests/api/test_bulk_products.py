"""POST /api/market/products/bulk/: a store's own system sends its products, row by row."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from decimal import Decimal

import pytest
from sqlalchemy import text

from flashpromo.db import app_now, session, transaction
from flashpromo.market import product_staging
from flashpromo.market.models import Product
from flashpromo.promos import lifecycle
from flashpromo.promos.models import Promo
from tests.api.conftest import Caller
from tests.api.uploading import CSV, answered, sent
from tests.story import activate, broken_promises, terms
from tests.world import World

PRODUCTS = "/api/market/products/"
BULK = f"{PRODUCTS}bulk/"


def row(number: int, world: World, **values) -> dict:
    usual = {"store_id": world.store_id, "name": f"Product {number}", "regular_price": "10.00"}
    return {"external_id": f"sku-{number}"} | usual | values


@pytest.fixture
def headphones(app, world, operator) -> int:
    """The product of the world, known outside as `xyz`."""
    named = operator.patch(f"{PRODUCTS}{world.product_id}/", {"external_id": "xyz"})
    assert named.json["external_id"] == "xyz"
    return world.product_id


@pytest.fixture
def locks(monkeypatch) -> list[Counter[str]]:
    """The advisory locks that each bulk holds while it writes, by their mode."""
    found: list[Counter[str]] = []
    write = product_staging.write

    def look_and_write(*arguments):
        held = "SELECT mode FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid()"
        found.append(Counter(session().scalars(text(held))))
        return write(*arguments)

    monkeypatch.setattr(product_staging, "write", look_and_write)
    return found


def test_says_of_each_row_what_became_of_it(operator, world, headphones):
    rows = [
        row(1, world, name="Cable", regular_price=9.9),
        row(0, world, external_id="xyz", regular_price="899.00"),
        row(1, world),
        row(2, world, name=""),
        row(3, world, store_id=999),
        row(4, world, store_id=None),
    ]
    done = answered(operator, BULK, rows)
    assert done.statuses == ["created", "updated", *["rejected"] * 4]
    assert done.messages == [
        "external_id stands already in line 1.",
        "name is missing: the product is new.",
        "store_id is not found.",
        "store_id is missing.",
    ]
    assert done.summary == {"created": 1, "updated": 1, "rejected": 4}
    assert done.rows[1]["id"] == headphones
    new = operator.get(f"{PRODUCTS}{done.rows[0]['id']}/").json
    assert (new["name"], new["regular_price"], new["external_id"]) == ("Cable", "9.90", "sku-1")
    assert operator.get(f"{PRODUCTS}{headphones}/").json["regular_price"] == "899.00"


def test_takes_csv_for_one_store(operator, world, headphones):
    body = 'external_id,name,regular_price\nsku-1,"Cable, long",9.5\nxyz,,899\nsku-2,,1\n'
    done = answered(operator, f"{BULK}?store_id={world.store_id}", body, CSV)
    assert done.statuses == ["created", "updated", "rejected"]
    kept = operator.get(f"{PRODUCTS}{headphones}/").json
    assert (kept["name"], kept["regular_price"]) == ("Headphones XYZ", "899.00")
    assert operator.get(f"{PRODUCTS}{done.rows[0]['id']}/").json["name"] == "Cable, long"


PRICES = [
    "NaN",
    "Infinity",
    "1e400",
    "-1",
    "0",
    "1.001",
    "10000000000",
    "1e999999999",
    "true",
    "[]",
]


def test_what_is_no_price(operator, world):
    body = "".join(
        f'{{"external_id":"{price}","store_id":{world.store_id},"name":"A",'
        f'"regular_price":{price}}}\n'
        for price in PRICES
    )
    done = answered(operator, BULK, body)
    assert done.statuses == ["rejected"] * len(PRICES)
    assert {"regular_price"} == {field for each in done.rows for field in each["errors"]}
    texts = [
        row(n, world, regular_price=price) for n, price in enumerate([*PRICES, "1_0", "\u0661"])
    ]
    assert set(answered(operator, BULK, texts).statuses) == {"rejected"}


@pytest.mark.parametrize("name", ["a" * 201, "a\x00b", "\udfff", 7])
def test_what_is_no_name(operator, world, name):
    assert answered(operator, BULK, [row(1, world, name=name)]).statuses == ["rejected"]


def test_merchants_write_into_their_own_stores_only(techshop, cafe_id, world, rows):
    done = answered(techshop, BULK, [row(1, world, store_id=cafe_id), row(2, world)])
    assert done.statuses == ["rejected", "created"]
    assert done.messages == ["store_id is not found."]
    assert sent(techshop, f"{BULK}?store_id={cafe_id}", [row(1, world)]).status_code == 404
    assert rows("product") == 2


def test_clients_write_nothing(alice, world, rows):
    assert sent(alice, BULK, [row(1, world)]).status_code == 403


def test_a_price_stays_above_that_of_open_promos_which_follow_it(app, operator, world, headphones):
    with app.app_context():
        promo_id = activate(world).id
        with transaction():
            draft_id = lifecycle.create(terms(world, promo_price=Decimal(700))).id
    done = answered(operator, BULK, [row(0, world, external_id="xyz", regular_price="499.00")])
    assert done.messages == [f"regular_price must be above the price of promo {promo_id}."]
    done = answered(operator, BULK, [row(0, world, external_id="xyz", regular_price="650.00")])
    assert done.messages == [f"regular_price must be above the price of promo {draft_id}."]
    answered(operator, BULK, [row(0, world, external_id="xyz", regular_price="800.00")])
    with app.app_context():
        found = {session().get(Promo, each).regular_price for each in (promo_id, draft_id)}
        assert found == {Decimal("800.00")}
        assert broken_promises() == set()


def test_what_is_over_keeps_its_price(app, operator, world, headphones, clock):
    with app.app_context():
        promo_id = activate(world, end_time=app_now() + timedelta(minutes=20)).id
    clock.advance(minutes=30)
    answered(operator, BULK, [row(0, world, external_id="xyz", regular_price="10.00")])
    with app.app_context():
        assert session().get(Promo, promo_id).regular_price == 999
        assert session().get(Product, headphones).regular_price == 10
        assert broken_promises() == set()


def test_only_what_changes_is_touched(app, operator, world, headphones):
    def version():
        with app.app_context():
            return session().get(Product, headphones).updated_at

    answered(operator, BULK, [row(0, world, external_id="xyz", name="New name")])
    before = version()
    done = answered(operator, BULK, [row(0, world, external_id="xyz", name="New name")])
    assert (done.statuses, version()) == (["updated"], before)
    answered(operator, BULK, [{"external_id": "xyz", "store_id": world.store_id, "name": "Newer"}])
    assert version() > before


def test_lists_are_not_remembered_over_a_bulk(app, operator, alice, world, headphones):
    with app.app_context():
        activate(world)
    eligible = "/api/promotions/flash-promos/eligible/"

    def prices():
        return [each["product"]["regular_price"] for each in alice.get(eligible).json["results"]]

    assert prices() == ["999.00"]
    answered(operator, BULK, [row(0, world, external_id="xyz", regular_price="800.00")])
    assert prices() == ["800.00"]


def test_a_deleted_product_frees_its_outside_id(operator, world, headphones):
    assert operator.delete(f"{PRODUCTS}{headphones}/").status_code == 204
    done = answered(operator, BULK, [row(0, world, external_id="xyz")])
    assert done.statuses == ["created"]
    assert done.rows[0]["id"] != headphones


def test_two_uploads_of_the_same_ids_at_once_agree(app, operator, world):
    def upload(_):
        caller = Caller(app.test_client(), operator.token)
        return answered(caller, BULK, [row(number, world) for number in range(200)]).summary

    with ThreadPoolExecutor(4) as threads:
        done = sorted(each["created"] for each in threads.map(upload, range(4)))
    assert done == [0, 0, 0, 200]


def test_an_outside_id_belongs_to_one_product_of_a_store(operator, world, cafe_id, headphones):
    body = {"name": "A", "store_id": world.store_id, "regular_price": "1", "external_id": "xyz"}
    refused = operator.post(PRODUCTS, body)
    assert (refused.status_code, refused.json["errors"].keys()) == (422, {"external_id"})
    other = operator.post(PRODUCTS, body | {"store_id": cafe_id})
    assert (other.status_code, other.json["external_id"]) == (201, "xyz")
    second = operator.post(PRODUCTS, body | {"external_id": "abc"}).json["id"]
    refused = operator.patch(f"{PRODUCTS}{second}/", {"external_id": "xyz"})
    assert (refused.status_code, refused.json["errors"].keys()) == (422, {"external_id"})
    assert operator.patch(f"{PRODUCTS}{second}/", {"external_id": None}).json["external_id"] is None
    for wrong in ("", "a" * 201, "\x00"):
        refused = operator.patch(f"{PRODUCTS}{second}/", {"external_id": wrong})
        assert refused.json["errors"].keys() == {"external_id"}


def test_stores_that_are_not_there_take_no_lock(app, techshop, world, cafe_id, locks):
    strangers = [row(number, world, store_id=10_000 + number) for number in range(300)]
    foreign = row(301, world, store_id=cafe_id)
    answered(techshop, BULK, [*strangers, foreign, row(302, world)])
    assert locks == [{"ExclusiveLock": 1, "ShareLock": 1}]


def test_very_many_stores_take_one_lock(app, operator, world, cafe_id, locks, monkeypatch):
    monkeypatch.setattr(product_staging, "MOST_STORE_LOCKS", 1)
    done = answered(operator, BULK, [row(1, world), row(2, world, store_id=cafe_id)])
    assert done.summary["created"] == 2
    assert locks == [{"ExclusiveLock": 1}]


def test_bulks_for_few_and_for_many_stores_wait_for_each_other(
    app, operator, world, cafe_id, monkeypatch
):
    monkeypatch.setattr(product_staging, "MOST_STORE_LOCKS", 1)

    def upload(turn: int) -> dict[str, int]:
        caller, rows = Caller(app.test_client(), operator.token), range(100)
        sku = [row(number, world, name=f"By {turn}") for number in rows]
        other = [row(number, world, store_id=cafe_id) for number in rows]
        return answered(caller, BULK, sku if turn % 2 else other[::-1] + sku[::-1]).summary

    with ThreadPoolExecutor(4) as threads:
        done = list(threads.map(upload, range(4)))
    assert sum(each["created"] for each in done) == 200

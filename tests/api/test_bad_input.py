"""Every wrong value is a 4xx with the field's name; never a 5xx, nothing half written."""

import io
import json
from datetime import timedelta

import pytest

from tests.api.conftest import Caller
from tests.api.test_promos import PROMOS, terms
from tests.world import World

STORES = "/api/market/stores/"
PRODUCTS = "/api/market/products/"

NO_NUMBERS = [None, True, False, "", " ", "x", "1,5", "1e1", "0x1", "NaN", "Infinity", [], {}, [1]]
NO_TEXTS = [None, 1, True, [], {}, ["x"], "", "   ", "\0", "a\0b", "\ud800", "a\udfffb", "x" * 201]
HUGE = ["1e400", "-1e400", "1e999999999", "1e99999999999999999999", "9" * 4000]
"""JSON numbers as they are written."""


def raw(body: dict, field: str, literal: str) -> bytes:
    """The body with one value written out literally."""
    return json.dumps({**body, field: "@"}).replace('"@"', literal).encode()


@pytest.mark.parametrize(
    ("latitude", "longitude", "wrong"),
    [
        (91, 0, {"latitude"}),
        (-90.000001, 0, {"latitude"}),
        (0, 200, {"longitude"}),
        (0, -180.1, {"longitude"}),
        ("91", "200", {"latitude", "longitude"}),
    ],
)
def test_a_place_beyond_the_globe(operator: Caller, rows, latitude, longitude, wrong):
    body = {"name": "x", "latitude": latitude, "longitude": longitude}
    answer = operator.post(STORES, body)
    assert (answer.status_code, set(answer.json["errors"])) == (422, wrong)
    assert rows("store") == 0


@pytest.mark.parametrize(("latitude", "longitude"), [(90, 180), (-90, -180), (0, 0), ("-0", "1.5")])
def test_the_edges_of_the_globe_are_places(operator: Caller, latitude, longitude):
    body = {"name": "x", "latitude": latitude, "longitude": longitude}
    assert operator.post(STORES, body).status_code == 201


@pytest.mark.parametrize("value", NO_NUMBERS)
@pytest.mark.parametrize("field", ["latitude", "longitude"])
def test_degrees_that_are_no_numbers(operator: Caller, rows, field, value):
    body = {"name": "x", "latitude": 0, "longitude": 0, field: value}
    answer = operator.post(STORES, body)
    assert (answer.status_code, set(answer.json["errors"])) == (422, {field})
    assert rows("store") == 0


@pytest.mark.parametrize("literal", ["NaN", "Infinity", "-Infinity", *HUGE])
def test_degrees_that_are_not_finite(operator: Caller, literal):
    body = raw({"name": "x", "latitude": 0, "longitude": 0}, "latitude", literal)
    answer = operator.post(STORES, data=body)
    assert (answer.status_code, set(answer.json["errors"])) == (422, {"latitude"})


@pytest.mark.parametrize("value", NO_TEXTS)
def test_names_that_are_none(operator: Caller, world: World, value):
    store = {"name": value, "latitude": 0, "longitude": 0}
    product = {"name": value, "regular_price": 1, "store_id": world.store_id}
    for path, body in ((STORES, store), (PRODUCTS, product), ("/api/users/user-segments/", store)):
        answer = operator.post(path, data=json.dumps(body))
        assert (answer.status_code, set(answer.json["errors"])) == (422, {"name"}), path


@pytest.mark.parametrize("zone", ["", "Mars/Olympus", "utc+1", "\0", "\ud800", 5, None, "x" * 9999])
def test_time_zones_that_are_none(operator: Caller, zone):
    body = {"name": "x", "latitude": 0, "longitude": 0, "time_zone": zone}
    answer = operator.post(STORES, body)
    assert (answer.status_code, set(answer.json["errors"])) == (422, {"time_zone"})


@pytest.mark.parametrize(
    "price", [0, "0.00", -1, "-1", 9.999, "9.999", "1.001", 10**10, "99999999999", *NO_NUMBERS]
)
def test_prices_that_are_none(operator: Caller, world: World, rows, price):
    body = {"name": "x", "regular_price": price, "store_id": world.store_id}
    answer = operator.post(PRODUCTS, body)
    assert (answer.status_code, set(answer.json["errors"])) == (422, {"regular_price"})
    assert rows("product") == 1


@pytest.mark.parametrize("literal", ["NaN", "Infinity", "1e-400", "1e-999999999", *HUGE])
def test_prices_that_no_column_could_hold(operator: Caller, world: World, literal):
    body = raw({"name": "x", "store_id": world.store_id}, "regular_price", literal)
    answer = operator.post(PRODUCTS, data=body)
    assert (answer.status_code, set(answer.json["errors"])) == (422, {"regular_price"})


@pytest.mark.parametrize(
    ("price", "shown"),
    [
        (1, "1.00"),
        ("2.00", "2.00"),
        (0.01, "0.01"),
        (499.5, "499.50"),
        ("+1.5", "1.50"),
        ("1.500", "1.50"),
        ("9999999999.99", "9999999999.99"),
    ],
)
def test_prices_that_are_some(operator: Caller, world: World, price, shown):
    body = {"name": "x", "regular_price": price, "store_id": world.store_id}
    assert operator.post(PRODUCTS, body).json["regular_price"] == shown


@pytest.mark.parametrize("store_id", [0, -1, 999, 2**63, 10**30, 1.5, "1.5", "x", None, True, []])
def test_stores_that_are_none(operator: Caller, world: World, store_id):
    body = {"name": "x", "regular_price": 1, "store_id": store_id}
    answer = operator.post(PRODUCTS, body)
    assert (answer.status_code, set(answer.json["errors"])) == (422, {"store_id"})


def test_a_product_stays_with_its_store(operator: Caller, world: World, cafe_id: int):
    answer = operator.patch(f"{PRODUCTS}{world.product_id}/", {"store_id": cafe_id})
    assert (answer.status_code, set(answer.json["errors"])) == (422, {"store_id"})


def test_a_merchant_cannot_add_to_another_store(techshop: Caller, cafe_id: int, rows):
    answer = techshop.post(PRODUCTS, {"name": "x", "regular_price": 1, "store_id": cafe_id})
    assert answer.status_code == 404
    assert rows("product") == 1


def test_products_of_other_stores_are_not_found(cafe: Caller, world: World):
    path = f"{PRODUCTS}{world.product_id}/"
    assert cafe.get(PRODUCTS).json["count"] == 0
    assert cafe.get(path).status_code == 404
    assert cafe.patch(path, {"name": "x"}).status_code == 404
    assert cafe.delete(path).status_code == 404


NO_TIMES = [
    *(None, True, 0, 1700000000, "", "x", "2030-01-01", "2030-01-01T00:00:00", [], {}),
    *("2030-13-01T00:00:00Z", "2030-01-01T24:00:00Z", "2030-02-30T00:00:00Z"),
    *("0001-01-01T00:00:00+14:00", "0001-01-01T00:00:00-14:00", "1969-12-31T23:59:59Z"),
    *("9999-12-31T23:59:59-14:00", "9999-12-31T23:59:59+14:00", "10000-01-01T00:00:00Z"),
    *("-0001-01-01T00:00:00Z", "2030-01-01T00:00:00+24:00", "infinity", "now", "\0"),
    *("\ud800", "2030-01-01T00:00:00\0Z", "1" * 100_000),
]
WRONG_TERMS = {
    "product_id": [0, -1, 999, 2**63, 10**30, 1.5, "x", None, True, []],
    "promo_price": [0, -1, 9.999, "9.999", 999, "999.00", 1000, 10**12, *NO_NUMBERS],
    "max_distance_km": [0, -1, 51, "50.000001", 0.0000001, 10**12, *NO_NUMBERS],
    "quantity": [0, -1, 1.5, 10**6, 2**31, 2**63, 10**30, *NO_NUMBERS],
    "segment_ids": [
        *([], [999], [0], [-1], [2**31], [2**63], [1.5], ["x"], [None], [True], [[1]]),
        *(None, 1, "1", {}, [1] * 1001),
    ],
    "is_active": [None, 0, 1, "true", "", []],
    "start_time": NO_TIMES,
    "end_time": NO_TIMES,
}


@pytest.mark.parametrize("field", sorted(WRONG_TERMS))
def test_terms_that_are_none(operator: Caller, world: World, rows, field: str):
    for value in WRONG_TERMS[field]:
        answer = operator.post(PROMOS, terms(world, **{field: value}))
        assert (answer.status_code, set(answer.json["errors"])) == (422, {field}), value
    assert rows("promo") == 0


@pytest.mark.parametrize("field", ["promo_price", "max_distance_km", "quantity", "product_id"])
@pytest.mark.parametrize("literal", ["NaN", "-Infinity", "1e-999999999", *HUGE])
def test_terms_that_no_column_could_hold(operator: Caller, world: World, field, literal):
    answer = operator.post(PROMOS, data=raw(terms(world), field, literal))
    assert (answer.status_code, set(answer.json["errors"])) == (422, {field})


@pytest.mark.parametrize("field", sorted(WRONG_TERMS))
def test_terms_that_are_none_change_nothing(operator: Caller, world: World, field: str):
    created = operator.post(PROMOS, terms(world, is_active=False))
    path = created.headers["Location"]
    for value in WRONG_TERMS[field]:
        answer = operator.patch(path, {field: value})
        assert (answer.status_code, field in answer.json["errors"]) == (422, True), value
    assert operator.get(path).json == created.json


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("2030-01-01T00:00:00Z", "2030-01-01T00:00:00Z"),
        ("2030-01-01t00:00z", "2030-01-01T00:00:00Z"),
        ("2030-01-01 00:00:00-06:00", "2030-01-01T06:00:00Z"),
        ("2030-01-01T00:00:00+0530", "2029-12-31T18:30:00Z"),
        ("2030-01-01T00:00:00.123456789+00", "2030-01-01T00:00:00.123456Z"),
    ],
)
def test_times_that_are_some(operator: Caller, world: World, written, shown):
    assert operator.post(PROMOS, terms(world, end_time=written)).json["end_time"] == shown


def test_start_and_end_swapped(operator: Caller, world: World):
    body = terms(world)
    body["start_time"], body["end_time"] = body["end_time"], body["start_time"]
    answer = operator.post(PROMOS, body)
    assert (answer.status_code, set(answer.json["errors"])) == (422, {"end_time"})


def test_an_end_in_the_past(operator: Caller, world: World):
    ended = (world.now - timedelta(seconds=1)).isoformat()
    answer = operator.post(PROMOS, terms(world, end_time=ended))
    assert (answer.status_code, set(answer.json["errors"])) == (422, {"end_time"})


@pytest.mark.parametrize(
    "field", ["product_id", "promo_price", "start_time", "end_time", "segment_ids"]
)
def test_required_terms(operator: Caller, world: World, field):
    body = terms(world)
    del body[field]
    promo_id = operator.post(PROMOS, terms(world)).json["id"]
    for answer in (operator.post(PROMOS, body), operator.put(f"{PROMOS}{promo_id}/", body)):
        assert (answer.status_code, set(answer.json["errors"])) == (422, {field})


def test_what_is_not_there_says_nothing_about_fields(operator: Caller, cafe: Caller, world: World):
    promo_id = operator.post(PROMOS, terms(world)).json["id"]
    assert operator.put(f"{PROMOS}{promo_id + 1}/", {}).status_code == 404
    assert cafe.put(f"{PROMOS}{promo_id}/", {}).status_code == 404


UNREADABLE = {
    "nothing": b"",
    "half": b'{"name": ',
    "words": b"name=x",
    "null": b"null",
    "list": b"[]",
    "text": b'"x"',
    "number": b"1",
    "truth": b"true",
    "not a number": b"NaN",
    "two documents": b"{} {}",
    "latin 1": b'{"name": "\xe4"}',
    "zeros": b"\0\0\0\0",
    "deep list": b"[" * 100_000,
    "deep objects": b'{"a":' * 100_000,
    "deep field": b'{"name": ' + b"[" * 100_000 + b"]" * 100_000 + b"}",
    "long number": b'{"latitude": ' + b"9" * 100_000 + b"}",
    "byte order mark": b"\xef\xbb\xbf{}",
}


@pytest.mark.parametrize("name", UNREADABLE)
@pytest.mark.parametrize("path", [STORES, "/api/auth/token/"])
def test_an_unreadable_body_is_400(operator: Caller, name: str, path: str):
    answer = operator.post(path, data=UNREADABLE[name], content_type="application/json")
    assert (answer.status_code, answer.json["code"]) in {
        (400, "bad_request"),
        *([(422, "validation_error")] if name == "byte order mark" else []),
    }


@pytest.mark.parametrize(
    "content_type",
    [None, "text/plain", "application/json; charset=utf-16", "multipart/form-data", "x/y, a/b", ""],
)
def test_the_content_type_does_not_matter(operator: Caller, content_type):
    body = b'{"name": "x", "latitude": 0, "longitude": 0}'
    answer = operator.post(STORES, data=body, content_type=content_type)
    assert answer.status_code == 201


def test_two_content_types_do_not_matter_either(operator: Caller):
    types = [("Content-Type", "application/json"), ("Content-Type", "text/plain")]
    answer = operator.http.post(
        STORES,
        data=b'{"name": "x", "latitude": 0, "longitude": 0}',
        headers=[("Authorization", f"Bearer {operator.token}"), *types],
    )
    assert answer.status_code == 201


@pytest.mark.parametrize("path", [STORES, "/api/auth/token/"])
def test_a_body_of_20_mb_is_413(operator: Caller, path: str):
    body = b'{"name": "' + b"x" * 20_000_000 + b'"}'
    answer = operator.post(path, data=body, content_type="application/json")
    assert (answer.status_code, answer.json["code"]) == (413, "body_too_large")


@pytest.mark.parametrize(("size", "status"), [(100, 201), (20_000_000, 413)])
def test_a_chunked_body_is_read_to_its_end(operator: Caller, size: int, status: int):
    body = b'{"name": "x", "latitude": 0, "longitude": 0, "more": "' + b"x" * size + b'"}'
    answer = operator.post(
        STORES,
        input_stream=io.BytesIO(body),
        headers={"Transfer-Encoding": "chunked"},
        environ_overrides={"wsgi.input_terminated": True},  # as the web server says
    )
    assert answer.status_code == status


def test_unknown_and_read_only_fields_are_ignored(operator: Caller):
    body = {"name": "x", "latitude": 0, "longitude": 0, "id": 77, "created_at": "x", "\ud800": 1}
    answer = operator.post(STORES, data=json.dumps(body))
    assert answer.status_code == 201
    assert answer.json["id"] != 77

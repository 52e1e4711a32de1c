"""Whatever is sent to whichever route by whomever: no answer is a 5xx, every refusal a problem."""

import json

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.api.conftest import Caller
from tests.api.test_guard import path_of, served_by_the_api
from tests.api.test_promos import PROMOS, terms
from tests.world import World

NAMES = [
    *("id", "name", "latitude", "longitude", "time_zone", "store_id", "store", "regular_price"),
    *("description", "username", "email", "password", "segment_ids", "segments", "located_at"),
    *("opted_in", "external_id", "product_id", "product", "promo_price", "start_time", "end_time"),
    *("max_distance_km", "quantity", "is_active", "promo_id", "user"),
]
NUMBERS = st.integers() | st.floats() | st.sampled_from([0, 1, 2, -1, 2**31, 2**63, 10**40, 1e308])
TEXTS = st.text(max_size=20) | st.sampled_from(
    [
        *("", "\0", "\ud800", "1", "2.00", "NaN", "1e999999999", "UTC", "alice"),
        *("0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00"),
        *("2030-01-01T00:00:00Z", "2040-01-01T00:00:00Z"),
    ]
)
LEAVES = st.none() | st.booleans() | NUMBERS | TEXTS
VALUES = st.recursive(
    LEAVES,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.sampled_from(NAMES) | st.text(max_size=5), inner, max_size=4)
    ),
    max_leaves=10,
)
DOCUMENTS = st.dictionaries(st.sampled_from(NAMES), VALUES, max_size=10)
BODIES = DOCUMENTS.map(lambda body: json.dumps(body).encode()) | VALUES.map(
    lambda body: json.dumps(body).encode()
)
ANYTHING = BODIES | st.binary(max_size=50)
QUERIES = st.dictionaries(
    st.sampled_from(["page", "page_size", "state", "product_id"]), TEXTS | st.integers(), max_size=2
)


@pytest.fixture
def callers(operator: Caller, techshop: Caller, alice: Caller, world: World) -> list[Caller]:
    operator.post(PROMOS, terms(world))
    return [operator, techshop, alice]


@settings(
    max_examples=400,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(data=st.data())
def test_nothing_is_a_5xx(app: Flask, callers: list[Caller], data: st.DataObject):
    rules = sorted(served_by_the_api(app), key=lambda rule: (rule.rule, sorted(rule.methods or ())))
    rule = data.draw(st.sampled_from(rules))
    method = data.draw(st.sampled_from(sorted((rule.methods or set()) - {"OPTIONS", "HEAD"})))
    path = path_of(rule, data.draw(st.sampled_from(["1", "2", "0", "9" * 19])))
    query = {name: str(value) for name, value in data.draw(QUERIES).items()}
    query = {name: value.encode("utf-8", "replace") for name, value in query.items()}
    body = data.draw(ANYTHING) if method not in {"GET", "DELETE"} else None
    if method == "DELETE" and data.draw(st.integers(0, 9)):
        return
    answer = data.draw(st.sampled_from(callers))._send(
        method, path, data=body, query_string=query, content_type="application/json"
    )
    assert answer.status_code < 500
    if answer.status_code >= 400:
        assert answer.mimetype == "application/problem+json"
        assert answer.json["code"]
    if answer.status_code == 422:
        assert answer.json["errors"]

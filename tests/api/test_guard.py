"""Every route says for whom it is, and every error under /api/ is a problem."""

import re

import pytest
from flask import Flask
from werkzeug.routing import Rule

from flashpromo.api.blueprints import resource
from flashpromo.api.guard import ANYONE, NEEDED
from flashpromo.app import create_app
from flashpromo.config import Settings
from tests.api.conftest import Caller

OPEN = {
    "auth.create_token": "POST",
    "docs_pages.docs": "GET",
    "docs_pages.reference": "GET",
    "health.healthz": "GET",
    "health.readyz": "GET",
    "openapi.describe_api": "GET",
    "problem_types.explain_problem": "GET",
}


def served_by_the_api(app: Flask):
    for rule in app.url_map.iter_rules():
        if rule.rule.startswith("/api/") or rule.endpoint.startswith("health."):
            yield rule


SAMPLES = {
    "reservation": "1",
    "uuid": "00000000-0000-4000-8000-000000000000",
    "day": "2026-05-01",
}


def path_of(rule: Rule, number: str = "1") -> str:
    """A path that the rule serves, with `number` for each id."""
    return re.sub("<([a-z]+):[a-z_]+>", lambda part: SAMPLES.get(part[1], number), rule.rule)


def test_only_these_need_no_token(app: Flask):
    open_to_all = {
        rule.endpoint
        for rule in served_by_the_api(app)
        if getattr(app.view_functions[rule.endpoint], NEEDED, None) == ANYONE
    }
    assert open_to_all == set(OPEN)


def test_every_other_route_is_401_without_a_token(app: Flask, client):
    paths = 0
    for rule in served_by_the_api(app):
        if rule.endpoint in OPEN:
            continue
        path = path_of(rule)
        for method in (rule.methods or set()) - {"OPTIONS"}:
            answer = client.open(path, method=method)
            assert answer.status_code == 401, (method, path)
            paths += 1
    assert paths > 60


def test_anyone_may_ask_for_the_methods_of_a_path(client):
    answer = client.options("/api/market/stores/1/")
    assert (answer.status_code, answer.data) == (200, b"")
    assert {"GET", "PUT", "PATCH", "DELETE"} <= set(answer.allow)
    assert "Content-Type" not in answer.headers
    assert "Access-Control-Allow-Origin" not in answer.headers


def test_a_route_that_declares_nothing_is_refused_to_all(settings: Settings, operator: Caller):
    unguarded = resource("unguarded", "/unguarded", tag="Unguarded")
    unguarded.get("/")(lambda: "secret")
    app = create_app(settings)
    app.register_blueprint(unguarded)
    for caller in (app.test_client(), Caller(app.test_client(), operator.token)):
        assert caller.get("/api/unguarded/").status_code == 403


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/api/", 404, "not_found"),
        ("GET", "/api/nothing/", 404, "not_found"),
        ("GET", "/api/market/stores/x/", 404, "not_found"),
        ("GET", "/api/market/stores/-1/", 404, "not_found"),
        ("GET", f"/api/market/stores/{2**63}/", 404, "not_found"),
        ("GET", f"/api/market/stores/{2**63 - 1}/", 404, "not_found"),
        ("GET", f"/api/market/stores/{'9' * 5000}/", 404, "not_found"),
        ("GET", f"/api/market/products/{10**18}/", 404, "not_found"),
        ("GET", f"/api/users/user-segments/{2**31}/", 404, "not_found"),
        ("DELETE", f"/api/users/user-segments/{10**18}/", 404, "not_found"),
        ("GET", f"/api/users/clients-profiles/{10**18}/", 404, "not_found"),
        ("GET", f"/api/promotions/flash-promos/{10**18}/", 404, "not_found"),
        ("POST", f"/api/promotions/flash-promos/{10**18}/pause/", 404, "not_found"),
        ("GET", "/api/market/stores/1/%00/", 404, "not_found"),
        ("PUT", "/api/market/stores/", 405, "method_not_allowed"),
        ("GET", "/api/auth/token/", 405, "method_not_allowed"),
        ("PROPFIND", "/api/market/stores/", 405, "method_not_allowed"),
    ],
)
def test_errors_are_problems(operator: Caller, method, path, status, code):
    answer = operator._send(method, path)
    assert answer.status_code == status
    assert answer.mimetype == "application/problem+json"
    problem = answer.json
    assert problem["status"] == status
    assert problem["code"] == code
    assert problem["type"] == f"/api/problems/{code}"
    assert problem["title"]
    assert problem["detail"]
    if status == 405:
        assert answer.headers["Allow"]


def test_elsewhere_errors_stay_pages(client):
    answer = client.get("/nothing/here")
    assert (answer.status_code, answer.mimetype) == (404, "text/html")


def test_a_missing_slash_is_redirected(operator: Caller):
    answer = operator.get("/api/market/stores")
    assert answer.status_code == 308
    assert answer.headers["Location"].endswith("/api/market/stores/")


def test_a_crash_is_a_problem_without_details(app: Flask, operator: Caller, monkeypatch):
    def crash(**_):
        raise ZeroDivisionError("secret")

    monkeypatch.setitem(app.config, "PROPAGATE_EXCEPTIONS", False)
    monkeypatch.setattr("flashpromo.market.stores.page", crash)
    answer = operator.get("/api/market/stores/")
    assert (answer.status_code, answer.json["code"]) == (500, "internal_error")
    assert "secret" not in answer.text


def test_the_contract_is_described(client):
    answer = client.get("/api/openapi.json")
    assert answer.status_code == 200
    spec = answer.json
    assert spec["openapi"].startswith("3.1")
    for path in (
        "/api/market/stores/",
        "/api/market/products/{product_id}/",
        "/api/promotions/flash-promos/running/",
        "/api/promotions/flash-promos/eligible/",
        "/api/promotions/promo-reservations/{key}/complete/",
        "/api/users/user-segments/",
        "/api/users/clients-profiles/",
        "/api/auth/token/",
    ):
        assert path in spec["paths"]
    assert spec["paths"]["/api/auth/token/"]["post"]["security"] == []

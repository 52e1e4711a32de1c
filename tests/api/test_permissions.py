"""Who may do what, walked through: every route by everybody by what is their own and what is not.

The table of permissions and the rule of who sees whose things say what is expected, nothing here
does; and a route or a path argument that says nothing fails.
"""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text
from werkzeug.routing import Rule

from flashpromo.accounts.permissions import Kind, Permission
from flashpromo.api.guard import ANYONE, NEEDED
from flashpromo.db import Base, session
from tests.api.conftest import People
from tests.api.matrix import FOREIGN, HIDDEN_FROM, MISSING, Asking, Matrix
from tests.world import World

# Thousands of requests: to measure coverage takes half as long again.
pytestmark = pytest.mark.no_cover

ARGUMENT = re.compile(r"<[^>]*?(\w+)>")
DIGITS = re.compile(r"[0-9a-f]{8}-[0-9a-f-]{27}|\d+")
BODY = {"role": "staff"}
"""Enough where a body is looked at first; everywhere else it says nothing."""


@pytest.fixture
def matrix(app: Flask, people: People, world: World) -> Matrix:
    return Matrix.build(app, people, world)


def routes(app: Flask) -> Iterator[tuple[Rule, str]]:
    """Every route of the API with each of its methods."""
    for rule in sorted(app.url_map.iter_rules(), key=lambda rule: (rule.rule, rule.endpoint)):
        if rule.rule.startswith("/api/") or rule.endpoint.startswith("health."):
            for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
                yield rule, method


def needed(app: Flask, rule: Rule) -> str | None:
    return getattr(app.view_functions[rule.endpoint], NEEDED, None)


def guarded(app: Flask) -> Iterator[tuple[Rule, str, Permission]]:
    for rule, method in routes(app):
        permission = needed(app, rule)
        if permission != ANYONE:
            yield rule, method, Permission(permission or "")


def arguments(rule: Rule) -> list[str]:
    return ARGUMENT.findall(rule.rule)


def path(rule: Rule, values: dict[str, object]) -> str:
    return ARGUMENT.sub(lambda found: str(values[found[1]]), rule.rule)


def told(answer: Any) -> tuple[int, str, set[str]]:
    """All that an answer tells, but for the ids that were asked for."""
    names = {name for name, _ in answer.headers if not name.startswith("RateLimit")}
    return answer.status_code, DIGITS.sub("#", answer.text), names


def test_every_route_declares_who_may(app: Flask):
    for rule, method in routes(app):
        assert needed(app, rule), f"{method} {rule.rule} declares nothing"


def test_every_path_argument_has_something_foreign(app: Flask, matrix: Matrix):
    for rule, method, _ in guarded(app):
        for name in arguments(rule):
            assert name in HIDDEN_FROM, f"{method} {rule.rule}: whose is {name}?"
            assert not HIDDEN_FROM[name] or name in matrix.foreign, name


def test_nobody_does_what_is_not_theirs(
    app: Flask, client: FlaskClient, matrix: Matrix, record_property
):
    before, cells = everything(app), 0
    for rule, method, permission in guarded(app):
        for who in matrix.asking:
            if who.may(permission):
                continue
            for things in (who.own, who.own | matrix.foreign, who.own | missing(rule)):
                answer = who.send(client, method, path(rule, things), json=BODY)
                expected = refusal(who, permission)
                seen = (answer.status_code, answer.json["code"])
                assert seen == expected, (who.name, method, rule.rule)
                cells += 1
    assert everything(app) == before
    record_property("counted cells of the permission matrix", cells)


def test_what_is_foreign_looks_as_if_it_did_not_exist(
    app: Flask, client: FlaskClient, matrix: Matrix, record_property
):
    before, cells = everything(app), 0
    for rule, method, permission in guarded(app):
        for who in matrix.asking:
            for name in arguments(rule):
                if not who.may(permission) or who.kind not in HIDDEN_FROM[name]:
                    continue
                foreign = path(rule, who.own | {name: matrix.foreign[name]})
                nothing = path(rule, who.own | {name: missing(rule)[name]})
                answer = who.send(client, method, foreign, json=BODY)
                where = (who.name, method, rule.rule, answer.text)
                assert answer.status_code in {403, 404}, where
                assert told(answer) == told(who.send(client, method, nothing, json=BODY)), where
                assert FOREIGN not in answer.text.lower(), where
                cells += 1
    assert everything(app) == before
    record_property("counted cells of the permission matrix", cells)


def test_ones_own_can_be_read(app: Flask, client: FlaskClient, matrix: Matrix, record_property):
    cells = 0
    for rule, method, permission in guarded(app):
        for who in matrix.asking:
            if method != "GET" or not who.may(permission):
                continue
            answer = who.send(client, method, path(rule, who.own), query_string=asked(rule))
            assert answer.status_code == 200, (who.name, rule.rule, answer.text)
            if not sees_everything(who, permission):
                assert FOREIGN not in answer.text.lower(), (who.name, rule.rule, answer.text)
            cells += 1
    record_property("counted cells of the permission matrix", cells)


def asked(rule: Rule) -> dict[str, str]:
    """What a route cannot be asked without."""
    return {"client_id": "1"} if rule.rule.endswith("/explain/") else {}


def refusal(who: Asking, permission: Permission) -> tuple[int, str]:
    if who.kind is None:
        return 401, "not_authenticated"
    whole = Asking(who.name, who.kind, who.caller, who.own)
    return 403, "insufficient_scope" if whole.may(permission) else "forbidden"


def sees_everything(who: Asking, permission: Permission) -> bool:
    """Operators do; and every store shows its goods to the clients of the marketplace."""
    return who.kind is Kind.OPERATOR or (
        who.kind is Kind.CLIENT and permission is Permission.CATALOGUE_READ
    )


def missing(rule: Rule) -> dict[str, object]:
    return {name: MISSING.get(name, 10**17) for name in arguments(rule)}


def everything(app: Flask) -> dict[str, list[str]]:
    """Every row of every table; but when a token was used last is not looked at."""
    tables = [each.name for each in Base.metadata.sorted_tables if each.name != "auth_token"]
    with app.app_context():
        return {
            name: sorted(session().scalars(text(f'SELECT "{name}"::text FROM "{name}"')))
            for name in tables
        }

"""The description is valid, whole, and says of every operation what a stranger needs to know."""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from apiflask import APIFlask
from flask.testing import FlaskClient
from jsonschema import Draft202012Validator
from openapi_spec_validator import OpenAPIV31SpecValidator

from flashpromo.accounts.permissions import GRANTS, Kind, Permission
from flashpromo.api import refusals
from flashpromo.api.guard import ANYONE, NEEDED
from flashpromo.promos.states import State
from tests.api.described import relay
from tests.story import statements

PATH = "/api/openapi.json"
PAGES = {"docs_pages.docs", "docs_pages.reference"}
PROBLEM = "application/problem+json"
FOR = re.compile(r"^For ([a-z, ]+); needs", re.MULTILINE)
READABLE = re.compile(r"[a-z]+(_[a-z]+)*")


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    """As it is served, by an application that is connected to nothing."""
    answer = relay.app.test_client().get(PATH)
    assert answer.mimetype == "application/json"
    return answer.get_json()


def operations(document: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, found in document["paths"].items():
        for method, operation in found.items():
            yield path, method, operation


def resolved(document: dict[str, Any], part: dict[str, Any]) -> dict[str, Any]:
    """The part itself, or what it refers to."""
    if "$ref" not in part:
        return part
    found = document
    for name in part["$ref"].removeprefix("#/").split("/"):
        found = found[name]
    return found


def validator(document: dict[str, Any], schema: dict[str, Any]) -> Draft202012Validator:
    return Draft202012Validator({**schema, "components": document["components"]})


def test_an_outsider_finds_it_valid(document):
    assert list(OpenAPIV31SpecValidator(document).iter_errors()) == []
    assert document["openapi"].startswith("3.1")


def test_every_route_is_described(app: APIFlask, document):
    described = {(path, method.upper()) for path, method, _ in operations(document)}
    for rule in app.url_map.iter_rules():
        if rule.endpoint in PAGES or not rule.rule.startswith(("/api/", "/healthz", "/readyz")):
            continue
        path = re.sub(r"<(?:[^<:]+:)?([^>]+)>", r"{\1}", rule.rule)
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}:
            assert (path, method) in described


def test_every_operation_has_a_name_of_its_own_and_says_what_it_does(document):
    names = [operation["operationId"] for _, _, operation in operations(document)]
    assert len(set(names)) == len(names)
    tags = {tag["name"] for tag in document["tags"] if tag["description"]}
    for _, _, operation in operations(document):
        assert READABLE.fullmatch(operation["operationId"])
        assert operation["summary"]
        assert set(operation["tags"]) <= tags


def test_every_operation_says_who_may(app: APIFlask, document):
    for rule in app.url_map.iter_rules():
        path = re.sub(r"<(?:[^<:]+:)?([^>]+)>", r"{\1}", rule.rule)
        for method, operation in document["paths"].get(path, {}).items():
            if method.upper() not in (rule.methods or set()):
                continue
            needed = getattr(app.view_functions[rule.endpoint], NEEDED)
            if needed == ANYONE:
                assert operation["security"] == []
                continue
            assert operation["x-permission"] == needed
            assert {"401", "403"} <= operation["responses"].keys()
            for kind in Kind:
                may = Permission(needed) in GRANTS[kind]
                assert (f"{kind}s" in FOR.search(operation["description"])[1]) == may


def test_every_refusal_that_a_view_declares_is_described(app: APIFlask, document):
    found = 0
    by_name = {operation["operationId"]: operation for _, _, operation in operations(document)}
    for endpoint, view in app.view_functions.items():
        for error in refusals.declared(view):
            answers = by_name[endpoint.rpartition(".")[2]]["responses"]
            answer = resolved(document, answers[str(error.status)])
            assert error.code in answer["content"][PROBLEM]["examples"]
            found += 1
    assert found > 40


def unexplained(schema: Any, where: str) -> Iterator[str]:
    """The fields without a word of their own, however deep they lie."""
    if isinstance(schema, list):
        for each in schema:
            yield from unexplained(each, where)
    elif isinstance(schema, dict):
        for name, field in schema.get("properties", {}).items():
            if "$ref" not in field and not field.get("description"):
                yield f"{where}.{name}"
            yield from unexplained(field, f"{where}.{name}")
        for name in ("items", "additionalProperties", "anyOf", "allOf", "contentSchema"):
            yield from unexplained(schema.get(name), where)


def contents(document: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Every content that is sent or answered with success: where, media type, and what it is."""
    for _, _, operation in operations(document):
        name = operation["operationId"]
        for kind, content in operation.get("requestBody", {}).get("content", {}).items():
            yield f"{name}: body", kind, content
        for status, answer in operation["responses"].items():
            if status.startswith("2"):
                for kind, content in resolved(document, answer).get("content", {}).items():
                    yield f"{name}: {status}", kind, content


def test_every_word_is_explained(document):
    for name, schema in document["components"]["schemas"].items():
        assert list(unexplained(schema, name)) == []
    for name, _, content in contents(document):
        assert list(unexplained(content["schema"], name)) == []
    for _, _, operation in operations(document):
        for parameter in operation["parameters"]:
            assert resolved(document, parameter)["description"], (
                operation["operationId"],
                parameter,
            )


def test_every_example_is_one(document):
    problem = validator(document, document["components"]["schemas"]["Problem"])
    errors, bodies = 0, 0
    for _, _, operation in operations(document):
        for status, answer in operation["responses"].items():
            content = resolved(document, answer).get("content", {}).get(PROBLEM, {})
            for code, example in content.get("examples", {}).items():
                problem.validate(example["value"])
                assert (example["value"]["code"], str(example["value"]["status"])) == (code, status)
                errors += 1
    for schema in document["components"]["schemas"].values():
        for example in schema.get("examples", ()):
            validator(document, schema).validate(example)
            bodies += 1
    assert errors > 300
    assert bodies > 20


def test_every_body_and_every_answer_of_success_has_an_example(document):
    found = 0
    for name, kind, content in contents(document):
        if kind == "text/html":
            continue
        shown = {"examples": [content.get("example")]} if "example" in content else {}
        schema = resolved(document, content["schema"]) | shown
        assert schema["examples"][0], (name, kind)
        found += 1
    assert found > 80


def test_numbers_are_described_with_their_bounds(document):
    schemas = document["components"]["schemas"]
    rows = document["paths"]["/api/users/clients-profiles/bulk/"]["post"]["requestBody"]["content"]
    for schema in (
        schemas["StoreIn"],
        schemas["LocationIn"],
        schemas["ClientIn"],
        rows["application/x-ndjson"]["schema"]["contentSchema"],
    ):
        north, east = (schema["properties"][name] for name in ("latitude", "longitude"))
        assert (north["anyOf"][0]["minimum"], north["anyOf"][0]["maximum"]) == (-90, 90)
        assert (east["anyOf"][0]["minimum"], east["anyOf"][0]["maximum"]) == (-180, 180)
    for name in ("PromoIn", "PromoPatch", "RecurringPromosIn", "PromoCopyPatch"):
        units = schemas[name]["properties"]["quantity"]
        assert (units["minimum"], units["maximum"]) == (1, 100_000), name


def test_a_refusal_is_described_as_it_is(document):
    reserve = document["paths"]["/api/promotions/promo-reservations/"]["post"]["responses"]
    refused = resolved(document, reserve["409"])["content"][PROBLEM]["examples"]
    assert refused["already_held"]["value"]["held_by_you"] is True
    assert refused["promo_not_running"]["value"]["state"] in set(State)
    assert refused["reservation_limit"]["value"]["limit"] > 0
    said = resolved(document, reserve["422"])["description"]
    assert "`errors` maps" in said
    assert "Base of" not in resolved(document, reserve["429"])["description"]


def test_what_is_created_leads_on(document):
    answers = {
        operation["operationId"]: resolved(document, operation["responses"]["201"])
        for _, _, operation in operations(document)
        if "201" in operation["responses"]
    }
    assert {"get_promo", "cancel_promo"} <= answers["create_promo"]["links"].keys()
    assert {"complete", "release"} <= answers["reserve"]["links"].keys()
    assert "Location" in answers["create_store"]["headers"]


def test_it_is_made_once_and_kept_by_whoever_has_it(client: FlaskClient, context):
    first = client.get(PATH)
    with statements() as sent:
        again = client.get(PATH, headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data, sent) == (304, b"", [])
    assert client.get(PATH).data == first.data
    assert json.loads(first.data)["info"]["license"]["name"] == "MIT"


def test_arguments_that_nobody_knows_are_ignored(client: FlaskClient):
    assert client.get(f"{PATH}?nobody=knows").status_code == 200

"""What many operations have in common, found by the marks of their views: keys, tags, rates.

Each trait brings its request headers, its answers' headers and the statuses that belong to it.
"""

from typing import Any, Final

from flask import current_app

from flashpromo.api import etags, fields, once, problems, refusals
from flashpromo.api.openapi import parts
from flashpromo.entrance import rates
from flashpromo.errors import PreconditionFailed, TooSoon

KEPT_LISTS: Final = frozenset({"promo_lists.list_running", "promo_lists.list_eligible"})
"""Lists that are kept with their tags, as bytes."""

RATE_HEADERS: Final = (
    "RateLimitLimit",
    "RateLimitRemaining",
    "RateLimitReset",
    "RateLimitPolicy",
    "RateLimit",
)


def add(endpoint: str, method: str, operation: dict[str, Any]) -> None:
    """Describe the traits of an operation; its errors are described later."""
    answers = operation["responses"]
    if once.takes_key(endpoint):
        _parameter(operation, "IdempotencyKey")
        for answer in answers.values():
            headers(answer, "IdempotencyReplayed")
    if PreconditionFailed in refusals.declared(current_app.view_functions[endpoint]):
        _parameter(operation, "IfMatch")
    if etags.answers_tag(endpoint) or endpoint in KEPT_LISTS:
        _tags(method, operation)
    if any(each.get("name") == "fields" for each in operation["parameters"]):
        _parts_of_documents(answers["200"])


def rated(endpoint: str, path: str, operation: dict[str, Any]) -> None:
    """Say on every answer of a path that is counted how the caller stands.

    Not on a 429 that may come from another limit.
    """
    declared = refusals.declared(current_app.view_functions[endpoint])
    limited_otherwise = any(issubclass(error, TooSoon) for error in declared)
    if is_counted(path):
        for status, answer in operation["responses"].items():
            if status != "429" or not limited_otherwise:
                headers(answer, *RATE_HEADERS)


def is_counted(path: str) -> bool:
    """Whether requests to this path count."""
    return path.startswith(problems.API) and not path.startswith(rates.FREE)


def headers(answer: dict[str, Any], *names: str) -> None:
    """Add headers to an answer by the names of their components."""
    answer.setdefault("headers", {}).update(parts.headers(*names))


def part_schemas(schemas: dict[str, Any]) -> None:
    """The documents of which parts may be asked for, with nothing required."""
    for name in [name for name in schemas if name.endswith("Page")]:
        listed = schemas[name]["properties"]["results"]["items"]["$ref"].rpartition("/")[2]
        schemas[f"{listed}Part"] = _without_required(schemas[listed])
        parts_of = {**schemas[name]["properties"]["results"], "items": _ref(listed)}
        page = {**schemas[name]["properties"], "results": parts_of}
        schemas[f"{name}Part"] = {**schemas[name], "properties": page}


def _tags(method: str, operation: dict[str, Any]) -> None:
    for answer in operation["responses"].values():
        headers(answer, "ETag")
    if method == "get":
        _parameter(operation, "IfNoneMatch")
        operation["responses"]["304"] = {"description": "Not modified: what you have still holds."}
        headers(operation["responses"]["304"], "ETag")


def _parts_of_documents(answer: dict[str, Any]) -> None:
    """With `fields` the answer has a media type of its own."""
    whole = answer["content"]["application/json"]["schema"]["$ref"].rpartition("/")[2]
    answer["content"][fields.PART] = {"schema": _ref(whole)}


def _ref(whole: str) -> dict[str, str]:
    return {"$ref": f"#/components/schemas/{whole}Part"}


def _without_required(schema: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in schema.items() if name != "required"}


def _parameter(operation: dict[str, Any], name: str) -> None:
    operation["parameters"].append({"$ref": f"#/components/parameters/{name}"})

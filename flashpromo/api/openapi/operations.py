"""Completes every operation: its name, who may, what it takes, what it answers, what it refuses."""

import re
from typing import Any, Final

from flask import current_app

from flashpromo.accounts.permissions import GRANTS, MEANINGS, Permission
from flashpromo.api import bodies, bulk, guard, problems
from flashpromo.api.openapi import parts, refused, schemas, traits

ARGUMENT: Final = re.compile(r"<(?:[^<:]+:)?([^>]+)>")
SUCCESSES: Final = {"200": "Done.", "201": "Created.", "204": "Done; there is no body."}


def complete(document: dict[str, Any]) -> None:
    """Complete the operations of every route that is described."""
    paths = document["paths"]
    for rule in current_app.url_map.iter_rules():
        path = ARGUMENT.sub(r"{\1}", rule.rule)
        for method, operation in paths.get(path, {}).items():
            if method.upper() in (rule.methods or ()):
                _complete(rule.endpoint, method, operation)
                if "201" in operation["responses"] and _has_items(path, paths):
                    traits.headers(operation["responses"]["201"], "Location")
                if path.startswith(problems.API):
                    operation["responses"] |= refused.responses(rule.endpoint, path, operation)
                traits.rated(rule.endpoint, path, operation)


def _complete(endpoint: str, method: str, operation: dict[str, Any]) -> None:
    operation["operationId"] = endpoint.rpartition(".")[2]
    operation["summary"] = operation["summary"].rstrip(".")
    _permission(guard.needed(endpoint), operation)
    _parameters(operation)
    if rows := bulk.request_body(current_app.view_functions[endpoint]):
        operation["requestBody"] = rows
        schemas.rows(rows["content"])
    if "requestBody" in operation:
        operation["requestBody"]["required"] = not bodies.takes_none(endpoint)
    for status, answer in operation["responses"].items():
        schemas.rows(answer.get("content", {}))
        if answer["description"] == current_app.config["SUCCESS_DESCRIPTION"]:
            answer["description"] = SUCCESSES[status]
    traits.add(endpoint, method, operation)


def _permission(needed: str | None, operation: dict[str, Any]) -> None:
    """Say which permission is needed, and who has it."""
    if needed in {None, guard.ANYONE}:
        operation["security"] = []
        return
    permission = Permission(needed)
    people = [f"{kind}s" for kind, granted in GRANTS.items() if permission in granted]
    said = f"For {', '.join(people)}; needs `{permission}`: {MEANINGS[permission]}"
    described = operation.get("description", "")
    operation["description"] = f"{described}\n\n{said}".strip()
    operation["x-permission"] = str(permission)


def _parameters(operation: dict[str, Any]) -> None:
    described = [
        parts.path_argument(each["name"]) if each["in"] == "path" else each
        for each in operation["parameters"]
    ]
    for each in described:
        schemas.parameter(operation["operationId"], each)
    operation["parameters"] = described


def _has_items(collection: str, paths: dict[str, Any]) -> bool:
    """Whether what is created there can be read at an address of its own."""
    item = re.compile(re.escape(collection) + r"\{\w+\}/")
    return any(item.fullmatch(path) and "get" in found for path, found in paths.items())

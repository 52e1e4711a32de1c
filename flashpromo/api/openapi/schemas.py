"""Schemas as callers want them: one of each name, and without noise.

What is shown is closed, so that a field that is not described is found by whoever holds answers to
the document.
"""

import json
import re
from collections.abc import Iterator
from typing import Any, Final

from flashpromo.api.openapi import examples, words

NESTED: Final = re.compile(r"#/components/schemas/\w+\.(\w+)")
SENT_IN: Final = re.compile(r"(In|Patch|Query)$")


def tidied(spec: dict[str, Any]) -> dict[str, Any]:
    """The document of the routes with its schemas made plain."""
    document: dict[str, Any] = json.loads(NESTED.sub(r"#/components/schemas/\1", json.dumps(spec)))
    schemas = document["components"].setdefault("schemas", {})
    for name in [name for name in schemas if "." in name]:
        schemas.setdefault(name.rpartition(".")[2], schemas[name])
        del schemas[name]
    for name, schema in schemas.items():
        _plain(schema)
        if schema.get("type") == "object":
            _explain(name, schema)
    for name, schema in schemas.items():
        if schema.get("type") == "object" and "example" not in schema:
            schema.setdefault("examples", [examples.of(schemas, name)])
    document["components"]["schemas"] = dict(sorted(schemas.items()))
    return document


def rows(content: dict[str, Any]) -> None:
    """Say what the fields of rows mean, in the content of a body or an answer."""
    for each in content.values():
        if schema := each.get("schema", {}).get("contentSchema"):
            name = schema.get("title", "")
            _plain(schema)
            words.explain(name, schema["properties"])


def _explain(name: str, schema: dict[str, Any]) -> None:
    """Say what its fields mean; close what is shown, and give what is sent an example."""
    words.explain(name, schema.get("properties", {}))
    if not SENT_IN.search(name):
        schema.setdefault("additionalProperties", False)
    elif "examples" not in schema and "example" not in schema:
        schema["examples"] = [words.example(name, schema.get("properties", {}))]


def parameter(owner: str, described: dict[str, Any]) -> None:
    """Take from a parameter what only a body can be: in a query nothing is null."""
    schema = described["schema"]
    _plain(schema)
    words.explain(owner, {described["name"]: described})
    described["schema"] = schema = _without_null(schema)
    for name in ("description", "examples"):
        if name in schema:
            described[name] = schema.pop(name)
    if isinstance(described.get("examples"), list):
        described["example"] = described.pop("examples")[0]


def _without_null(schema: dict[str, Any]) -> dict[str, Any]:
    if isinstance(schema.get("type"), list):
        kinds = [kind for kind in schema["type"] if kind != "null"]
        return schema | {"type": kinds[0] if len(kinds) == 1 else kinds}
    options = [each for each in schema.get("anyOf", ()) if each != {"type": "null"}]
    if len(options) != 1:
        return schema
    only: dict[str, Any] = options[0]
    return only | {name: value for name, value in schema.items() if name != "anyOf"}


def _plain(schema: Any) -> None:
    """Drop the titles that only repeat names, and defaults that say nothing; shorten `or null`."""
    if isinstance(schema, list):
        for each in schema:
            _plain(each)
    elif isinstance(schema, dict):
        if isinstance(schema.get("title"), str):
            del schema["title"]
        if "default" in schema and schema["default"] is None:
            del schema["default"]
        for inner in _parts(schema):
            _plain(inner)
        _shorten(schema)


def _parts(schema: dict[str, Any]) -> Iterator[Any]:
    """The schemas within a schema; a field may be called `title`, so names are stepped over."""
    for name, inner in schema.items():
        if name == "properties":
            yield from inner.values()
        elif name not in {"examples", "example", "default", "enum", "const"}:
            yield inner


def _shorten(schema: dict[str, Any]) -> None:
    """Say `type: [string, null]` for a string or null."""
    options = schema.get("anyOf", ())
    if len(options) != 2 or options[1] != {"type": "null"}:
        return
    kind = options[0].get("type")
    if isinstance(kind, str) and "enum" not in options[0] and "const" not in options[0]:
        del schema["anyOf"]
        rest = dict(schema)
        schema.clear()
        schema.update(options[0] | rest | {"type": [kind, "null"]})

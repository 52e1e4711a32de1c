"""The OpenAPI 3.1 document: what every operation shares is said here once."""

import json
import re
from typing import Any, Final

from apiflask import APIFlask

from flashpromo.api import guard
from flashpromo.api.problems import MIMETYPE

NESTED: Final = re.compile(r"#/components/schemas/\w+\.(\w+)")
PROBLEM: Final[dict[str, Any]] = {
    "type": "object",
    "description": "RFC 9457 problem; `errors` maps the wrong fields to their messages.",
    "required": ["type", "title", "status", "detail", "code"],
    "properties": {
        "type": {"type": "string", "format": "uri-reference"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "code": {"type": "string"},
        "errors": {
            "type": "object",
            "additionalProperties": {"type": "array", "items": {"type": "string"}},
        },
    },
}
REFUSAL: Final[dict[str, Any]] = {
    "description": "Refused: see `code`.",
    "content": {MIMETYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
}


def init_app(app: APIFlask) -> None:
    """Describe the API as a whole."""
    app.config.update(
        OPENAPI_VERSION="3.1.0",
        AUTO_VALIDATION_ERROR_RESPONSE=False,
        AUTO_404_RESPONSE=False,
        SECURITY_SCHEMES={"token": {"type": "http", "scheme": "bearer"}},
        AUTO_OPERATION_ID=True,
    )
    app.description = "Special prices near a store, for a short time, sold once."

    @app.spec_processor
    def complete(spec: Any) -> Any:
        spec = _one_name_each(spec)
        spec["components"].setdefault("schemas", {})["Problem"] = PROBLEM
        spec["security"] = [{"token": []}]
        spec["tags"] = [
            {"name": name} for name in dict.fromkeys(tag["name"] for tag in spec["tags"])
        ]
        for operations in spec["paths"].values():
            for operation in operations.values():
                if isinstance(operation, dict):
                    operation["responses"]["default"] = REFUSAL
        _open_to_anyone(app, spec)
        return spec


def _one_name_each(spec: dict[str, Any]) -> dict[str, Any]:
    """Let `StorePage.StoreOut` and `ProductOut.StoreOut` be the one `StoreOut` that they are."""
    renamed = NESTED.sub(r"#/components/schemas/\1", json.dumps(spec))
    complete: dict[str, Any] = json.loads(renamed)
    schemas = complete["components"]["schemas"]
    for name in [name for name in schemas if "." in name]:
        schemas.setdefault(name.rpartition(".")[2], schemas[name])
        del schemas[name]
    return complete


def _open_to_anyone(app: APIFlask, spec: dict[str, Any]) -> None:
    """Take the token off the operations that need none."""
    for rule in app.url_map.iter_rules():
        open_to_all = guard.needed(rule.endpoint) == guard.ANYONE
        for method, operation in spec["paths"].get(rule.rule, {}).items():
            if open_to_all and method.upper() in (rule.methods or ()):
                operation["security"] = []

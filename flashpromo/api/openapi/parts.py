"""What many operations share: the problem document, headers, ids of paths, security."""

from typing import Any, Final

from flashpromo.api import once
from flashpromo.api.paths import BIGGEST_ID

PROBLEM: Final[dict[str, Any]] = {
    "type": "object",
    "description": (
        "A problem of RFC 9457. Programs look at `code`, people read `detail`. Some codes bring "
        "members of their own, see the examples."
    ),
    "required": ["type", "title", "status", "detail", "code"],
    "properties": {
        "type": {
            "type": "string",
            "format": "uri-reference",
            "description": "Stable; ends in the code.",
        },
        "title": {"type": "string", "description": "What the code means."},
        "status": {"type": "integer", "description": "The status of the answer."},
        "detail": {"type": "string", "description": "One sentence on this very case."},
        "code": {"type": "string", "description": "Stable; for programs."},
        "errors": {
            "type": "object",
            "description": "What is wrong with which field.",
            "additionalProperties": {"type": "array", "items": {"type": "string"}},
        },
    },
}

SECURITY_SCHEMES: Final = {
    "token": {
        "type": "http",
        "scheme": "bearer",
        "description": "A token from `POST /api/auth/token/`, or an API key: both are sent alike.",
    }
}

HEADERS: Final[dict[str, Any]] = {
    "Location": {
        "description": "Where the new thing stands.",
        "required": True,
        "schema": {"type": "string", "format": "uri-reference"},
    },
    "RetryAfter": {
        "description": "Seconds until another try makes sense.",
        "required": True,
        "schema": {"type": "integer", "minimum": 1},
    },
    "WWWAuthenticate": {
        "description": "The scheme that is wanted (RFC 6750).",
        "required": True,
        "schema": {"type": "string"},
    },
    "IdempotencyReplayed": {
        "description": "`true` when this is the first answer to the key, given again.",
        "schema": {"type": "string", "enum": ["true"]},
    },
    "ETag": {
        "description": "The version of the document, for `If-Match` and `If-None-Match`.",
        "required": True,
        "schema": {"type": "string"},
    },
    "RateLimitLimit": {
        "description": "How many requests fit into a window.",
        "required": True,
        "schema": {"type": "integer", "minimum": 1},
    },
    "RateLimitRemaining": {
        "description": "How many are left just now.",
        "required": True,
        "schema": {"type": "integer", "minimum": 0},
    },
    "RateLimitReset": {
        "description": "Seconds until all are left again.",
        "required": True,
        "schema": {"type": "integer", "minimum": 0},
    },
    "RateLimitPolicy": {
        "description": "The limit that is nearest, with its window in seconds.",
        "schema": {"type": "string"},
    },
    "RateLimit": {
        "description": "How that limit stands: what is left, and the seconds until it is whole.",
        "schema": {"type": "string"},
    },
}

PARAMETERS: Final[dict[str, Any]] = {
    "IdempotencyKey": once.PARAMETER,
    "IfMatch": {
        "name": "If-Match",
        "in": "header",
        "required": False,
        "description": "The `ETag` that you have seen; another version is not overwritten: 412.",
        "schema": {"type": "string"},
        "example": "*",
    },
    "IfNoneMatch": {
        "name": "If-None-Match",
        "in": "header",
        "required": False,
        "description": "The `ETag` of what you have; if it still holds, the answer is 304.",
        "schema": {"type": "string"},
    },
}

NAMES: Final = {
    "RetryAfter": "Retry-After",
    "WWWAuthenticate": "WWW-Authenticate",
    "IdempotencyReplayed": once.REPLAYED,
    "RateLimitLimit": "RateLimit-Limit",
    "RateLimitRemaining": "RateLimit-Remaining",
    "RateLimitReset": "RateLimit-Reset",
    "RateLimitPolicy": "RateLimit-Policy",
}
"""The header behind a component's name, where it is not the same."""

RESERVATION_KEY: Final[dict[str, Any]] = {
    "type": "string",
    "pattern": "^([0-9]{1,18}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12})$",
}
ID: Final[dict[str, Any]] = {"type": "integer", "minimum": 1, "maximum": BIGGEST_ID}

UUID: Final[dict[str, Any]] = {"type": "string", "format": "uuid"}

PATH_ARGUMENTS: Final[dict[str, dict[str, Any]]] = {
    "token_id": {"description": "The id of a token, session or key.", "schema": UUID},
    "key_id": {"description": "The id of a key.", "schema": UUID},
    "key": {
        "description": "The `reservation_id` of a reservation, or its `id`.",
        "schema": RESERVATION_KEY,
        "example": "01935f6e-6f1c-7c3e-9d55-0b1f5a0e8a11",
    },
    "code": {
        "description": "The `code` of a problem.",
        "schema": {"type": "string", "minLength": 1},
        "example": "not_found",
    },
    "day": {
        "description": "The `id` of a message: the local day on which the client was told.",
        "schema": {"type": "string", "format": "date"},
        "example": "2026-11-22",
    },
}
"""Path arguments that are more than an id."""


def add_to(components: dict[str, Any]) -> None:
    """Put the shared parts into the components."""
    components["schemas"]["Problem"] = PROBLEM
    components["headers"] = HEADERS
    components["parameters"] = PARAMETERS


def headers(*names: str) -> dict[str, Any]:
    """Response headers by the names of their components."""
    return {NAMES.get(name, name): {"$ref": f"#/components/headers/{name}"} for name in names}


def path_argument(name: str) -> dict[str, Any]:
    """The parameter for an argument of a path; ids are named for what they are the id of."""
    if name in PATH_ARGUMENTS:
        return {"name": name, "in": "path", "required": True, **PATH_ARGUMENTS[name]}
    thing = name.removesuffix("_id").replace("_", " ")
    article = "an" if thing[0] in "aeio" else "a"
    return {
        "name": name,
        "in": "path",
        "required": True,
        "description": f"The id of {article} {thing}.",
        "schema": dict(ID),
        "example": 1,
    }

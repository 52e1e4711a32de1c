"""Examples of what is answered, made of the schemas: one word, one value, wherever it stands."""

from typing import Any, Final

from flashpromo.api.openapi import words

KNOWN: Final[dict[str, Any]] = {
    "attempts": 1,
    "audience": 40,
    "channel": "log",
    "completed_at": None,
    "created_from": "203.0.113.7, Firefox on Linux",
    "distance_m": 310.5,
    "DeliveryKept.reason": None,
    "DeliveryKept.state": "delivered",
    "DeliveryOut.reason": None,
    "DeliveryOut.state": "delivered",
    "external_id": "m-1001",
    "expires_at": "2030-05-18T22:00:00Z",
    "in_range": 50,
    "key": "9f1c2d1e-5f0b-4a57-9f0e-0f6d5f1b7a11",
    "local_end": "2030-05-17T19:00:00-06:00",
    "local_start": "2030-05-17T17:00:00-06:00",
    "max_distance_km": 2.0,
    "minimum": 10,
    "next": None,
    "next_attempt_at": None,
    "overlaps": [],
    "previous": None,
    "product": "Headphones XYZ",
    "quiet_from": "22:30",
    "quiet_until": "07:00",
    "radius_m": 2000.0,
    "reason": "out_of_range",
    "reasons": [],
    "refused": None,
    "refused_as": None,
    "refused_at": None,
    "release_reason": None,
    "released_at": None,
    "remarks": [],
    "left_out": [],
    "rounded_to": 10,
    "AnswerKept.status": 201,
    "Liveness.status": "alive",
    "Readiness.status": "ready",
    "ProductOut.name": "Headphones XYZ",
    "SegmentOut.name": "New users",
    "HeldOut.name": "Alice's phone",
    "KeyOut.kind": "key",
    "KeyOut.name": "nightly import",
    "KeyOut.token": "fpk_q2Zl0rV8Yw3mJc6uTnX1bA9sKdE4hFgR7oPiNtLyZxU",
    "MeOut.client_id": None,
    "MeOut.kind": "merchant",
    "MeOut.username": "techshop",
    "state": "running",
    "ProblemTypeOut.code": "not_found",
    "ProblemTypeOut.meaning": "It does not exist, or it is not yours: both look the same.",
    "ProblemTypeOut.status": 404,
    "ProblemTypeOut.title": "Not found.",
    "ProblemTypeOut.to_do": "Look at the address and the ids in it.",
    "ReservationOut.completed": False,
    "ReservationOut.state": "held",
    "store": "TechShop",
    "text": "The clocks skip its start: it starts when they go on.",
    "time_zone_from": None,
    "time_zone_now": "America/Mexico_City",
    "token": "q2Zl0rV8Yw3mJc6uTnX1bA9sKdE4hFgR7oPiNtLyZxU",
    "TokenKept.kind": "token",
    "user_id": 2,
    "warnings": [],
}
"""What tells more than a kind's own value; an entry with a dot is for one document only."""

FORMATS: Final = {
    "date": "2030-05-17",
    "date-time": "2030-05-17T22:00:00Z",
    "decimal": "499.00",
    "uuid": "01935f6e-6f1c-7c3e-9d55-0b1f5a0e8a11",
}
KINDS: Final[dict[str, Any]] = {
    "boolean": True,
    "integer": 1,
    "number": 1.0,
    "string": "",
    "null": None,
    "object": {},
}
TYPES: Final[dict[str, type | tuple[type, ...]]] = {
    "array": list,
    "boolean": bool,
    "integer": int,
    "null": type(None),
    "number": (int, float),
    "object": dict,
    "string": str,
}


def of(schemas: dict[str, Any], name: str) -> Any:
    """An example of the document of that name."""
    schema = schemas[name]
    if "properties" not in schema:
        return _of(schemas, schema, name)
    return {
        word: _of(schemas, each, f"{name}.{word}") for word, each in schema["properties"].items()
    }


def _of(schemas: dict[str, Any], schema: dict[str, Any], place: str) -> Any:
    for known in _known(place):
        if _fits(schemas, known, schema):
            return known
    if found := schema.get("examples") or schema.get("enum"):
        return found[0]
    if "$ref" in schema:
        return of(schemas, schema["$ref"].rpartition("/")[2])
    if "anyOf" in schema:
        return _of(schemas, schema["anyOf"][0], place)
    if "items" in schema:
        return [_of(schemas, schema["items"], place)]
    return schema.get("const", FORMATS.get(schema.get("format", ""), KINDS[_kinds(schema)[0]]))


def _known(place: str) -> list[Any]:
    word = place.rpartition(".")[2]
    found = (KNOWN, words.EXAMPLES)
    return [each[key] for key in (place, word) for each in found if key in each]


def _fits(schemas: dict[str, Any], value: object, schema: dict[str, Any]) -> bool:
    """Whether a known value is of a kind, and one of the words, that the schema lets through."""
    if "$ref" in schema:
        return _fits(schemas, value, schemas[schema["$ref"].rpartition("/")[2]])
    if "anyOf" in schema:
        return any(_fits(schemas, value, each) for each in schema["anyOf"])
    if "enum" in schema:
        return value in schema["enum"]
    if isinstance(value, bool):
        return "boolean" in _kinds(schema)
    return any(isinstance(value, TYPES[kind]) for kind in _kinds(schema))


def _kinds(schema: dict[str, Any]) -> list[str]:
    kinds = schema.get("type", "object")
    return [kinds] if isinstance(kinds, str) else list(kinds)

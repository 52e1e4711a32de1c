"""How schemathesis sends the bodies of bulks: texts; whatever else it makes is nothing."""

from typing import Any

import schemathesis
from schemathesis import SerializationContext


@schemathesis.serializer("application/x-ndjson", "text/csv")
def serialized(_: SerializationContext, value: Any) -> bytes:
    """A text in UTF-8; no text has another type on the wire, so that one is sent as nothing."""
    if isinstance(value, bytes):
        return value
    return value.encode() if isinstance(value, str) else b""

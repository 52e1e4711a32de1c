"""Says once what many operations answer alike: the document stays a third of its size."""

import json
from collections import Counter
from typing import Any, Final

from flashpromo.api.problems import MIMETYPE

OFTEN: Final = 3


def move(document: dict[str, Any]) -> None:
    """Move error answers that several operations share into the components."""
    responses = [
        operation["responses"]
        for operations in document["paths"].values()
        for operation in operations.values()
    ]
    uses = Counter(
        json.dumps(answer) for each in responses for answer in each.values() if _name(answer)
    )
    kept: dict[str, Any] = {}
    for each in responses:
        for status, answer in each.items():
            if uses[json.dumps(answer)] >= OFTEN:
                kept[_name(answer)] = answer
                each[status] = {"$ref": f"#/components/responses/{_name(answer)}"}
    document["components"]["responses"] = dict(sorted(kept.items()))


def _name(answer: dict[str, Any]) -> str:
    """`ForbiddenOrInsufficientScope`: the codes, which say all; empty for what is no problem."""
    codes = answer.get("content", {}).get(MIMETYPE, {}).get("examples", {})
    return "Or".join(code.title().replace("_", "") for code in codes)

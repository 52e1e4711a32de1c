"""Where an answer leads on: what was just created can be read, changed, stepped and deleted.

A `POST` on a collection that answers 201 leads to every operation that lies directly under the new
thing and whose path needs no more than its id.
"""

import re
from typing import Any, Final

ONE_ARGUMENT: Final = re.compile(r"\{(\w+)\}")
KEYS: Final = {"key": "$response.body#/reservation_id"}
"""What stands for a path argument, where it is not the `id` of what was created."""


def add_to(document: dict[str, Any]) -> None:
    """Give every 201 of a collection its links."""
    for path, operations in document["paths"].items():
        created = operations.get("post", {}).get("responses", {}).get("201")
        if created is None:
            continue
        found = dict(_links(path, document["paths"]))
        if found:
            created["links"] = found


def _links(collection: str, paths: dict[str, Any]) -> Any:
    under = re.compile(re.escape(collection) + r"\{(\w+)\}/([a-z-]+/)*")
    for path, operations in paths.items():
        if not under.fullmatch(path):
            continue
        (argument,) = ONE_ARGUMENT.findall(path.removeprefix(collection))
        if collection.count("{"):
            continue
        for operation in operations.values():
            yield (
                operation["operationId"],
                {
                    "operationId": operation["operationId"],
                    "description": operation["summary"],
                    "parameters": {argument: KEYS.get(argument, "$response.body#/id")},
                },
            )

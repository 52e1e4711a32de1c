"""Where an answer leads on: what was just created can be read, changed, stepped and deleted.

A `POST` on a collection that answers 201 leads to every operation that lies directly under the new
thing and whose path needs no more than its id.
"""

import re
from collections.abc import Iterator
from typing import Any, Final

ARGUMENT: Final = re.compile(r"\{(\w+)\}")
KEYS: Final = {"key": "$response.body#/reservation_id", "user_id": "$response.body#/user_id"}
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


def _links(collection: str, paths: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    under = re.compile(re.escape(collection) + r"\{(\w+)\}/([a-z-]+/)*")
    known = {name: f"$request.path.{name}" for name in ARGUMENT.findall(collection)}
    for path, operations in paths.items():
        if found := under.fullmatch(path):
            name = found[1]
            parameters = {**known, name: KEYS.get(name, "$response.body#/id")}
            for operation in operations.values():
                link = {
                    "operationId": operation["operationId"],
                    "description": operation["summary"],
                    "parameters": parameters,
                }
                yield operation["operationId"], link

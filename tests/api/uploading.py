"""What the tests of the bulk routes share: rows sent as NDJSON, and the lines that come back."""

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from werkzeug.test import TestResponse

from tests.api.conftest import Caller

NDJSON = "application/x-ndjson"
CSV = "text/csv"


@dataclass
class Answered:
    """The lines of an answer, and its last one."""

    response: TestResponse
    rows: list[dict[str, Any]]
    summary: dict[str, int]

    @property
    def statuses(self) -> list[str]:
        return [row["status"] for row in self.rows]

    @property
    def messages(self) -> list[str]:
        return [said for row in self.rows for (said,) in row.get("errors", {}).values()]


def sent(
    caller: Caller, path: str, body: str | bytes | Iterable[Any], content_type: str = NDJSON
) -> TestResponse:
    """The plain answer to a body: as it is, or rows to be written as NDJSON."""
    if not isinstance(body, str | bytes):
        body = "".join(f"{json.dumps(row)}\n" for row in body)
    return caller._send("POST", path, data=body, content_type=content_type)


def answered(
    caller: Caller, path: str, body: str | bytes | Iterable[Any], content_type: str = NDJSON
) -> Answered:
    """The lines of an answer that must be a success."""
    response = sent(caller, path, body, content_type)
    assert response.status_code == 200, response.text
    assert response.mimetype == NDJSON
    *rows, last = (json.loads(line) for line in response.text.splitlines())
    return Answered(response, rows, last["summary"])


def sent_while(
    caller: Caller, path: str, row: dict[str, Any], happens: Callable[[], object]
) -> TestResponse:
    """The plain answer to a row of which half comes, then something happens, then the rest."""
    line = f"{json.dumps(row)}\n".encode()
    blocks = iter([line[:10], line[10:], b""])

    class Body:
        begun = False

        def read(self, _: int) -> bytes:
            if self.begun:
                happens()
            self.begun = True
            return next(blocks)

    return caller._send(
        "POST",
        path,
        environ_overrides={"wsgi.input_terminated": True, "wsgi.input": Body()},
        content_type=NDJSON,
    )

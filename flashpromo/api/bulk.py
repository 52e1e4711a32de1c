"""What the bulk routes share: rows come in, and what became of each goes out line by line.

The results are known when all rows are written; they wait in a file until the commit, and are then
sent from there: memory does not grow with them.
"""

import json
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from tempfile import TemporaryFile
from typing import IO, Annotated, Any, Final, Literal, Protocol, TypeVar

from flask import Response
from pydantic import BaseModel, BeforeValidator, Field
from werkzeug.exceptions import RequestEntityTooLarge

from flashpromo import config, db
from flashpromo.api import guard, uploads
from flashpromo.api.paging import LAST_PAGE, whole_in_query
from flashpromo.api.shapes.bulk import RowOut
from flashpromo.bulk.source import Columns, Record, records
from flashpromo.bulk.staging import Report, RowResult
from flashpromo.db import transaction

NDJSON: Final = "application/x-ndjson"
BLOCK_BYTES: Final = 64 * 1024
ROWS: Final = "rows_taken"
ENCODE: Final = json.JSONEncoder(ensure_ascii=False).encode

View = TypeVar("View", bound=Callable[..., object])


class Summary(Protocol):
    """The numbers at the end of an answer, by name."""

    def _asdict(self) -> dict[str, int]: ...


class Bulk(Protocol):
    """Writes rows; tells of those that are rejected, and with `every` of the others as well."""

    def __call__(  # noqa: D102 - the class says it
        self, records: Iterable[Record], report: Report, /, *, every: bool
    ) -> Summary: ...


class BulkQuery(BaseModel):
    """Which rows the answer tells of, and how many there must be."""

    results: Annotated[
        Literal["all", "errors"],
        Field(description="Tell of every row, or only of those that were rejected."),
    ] = "all"
    rows: Annotated[
        int | None,
        Field(
            ge=0,
            le=LAST_PAGE,
            description="How many rows the body has. With another number nothing is written: a "
            "body sent in chunks, without `Content-Length`, cannot break off unseen.",
        ),
        BeforeValidator(whole_in_query),
    ] = None


def carry_out(columns: Columns, bulk: Bulk, query: BulkQuery) -> Response:
    """Receive the body, write it in one transaction, and answer line by line.

    Who may no longer write when the body is there writes nothing; `bulk` is to ask for the scope of
    the writing when it is called.

    Raises:
        NotAuthenticated: what was shown, or who has shown it, is good for nothing any more.
        NotFound: what is written to is out of sight by now.
        UnsupportedMediaType: neither CSV nor NDJSON.
        IncompleteUpload: it broke off.
        UnreadableFile: it is not what it says.
        ChangedMeanwhile: others wrote the same things.
    """
    form = uploads.form()
    settings = config.current()
    db.session().close()  # whoever asks is known: no connection waits for the rest of the body
    answer = TemporaryFile()  # noqa: SIM115 - closed by the server, once it is sent
    try:
        with uploads.received(settings.max_bulk_bytes) as body:
            rows = _at_most(settings.max_bulk_rows, records(body, columns, form))
            if query.rows is not None:
                rows = _exactly(query.rows, rows)
            with transaction(timeout_seconds=settings.bulk_timeout_seconds):
                guard.check_again()
                done = bulk(
                    rows,
                    lambda result: _write(answer, _shown(result)),
                    every=query.results == "all",
                )
        _write(answer, {"summary": done._asdict()})
    except BaseException:
        answer.close()
        raise
    return _sent(answer)


def takes_rows(shape: type[BaseModel]) -> Callable[[View], View]:
    """Declare, for the documentation, what a row of the body looks like."""

    def declare(view: View) -> View:
        setattr(view, ROWS, shape)
        return view

    return declare


def request_body(view: Callable[..., object]) -> dict[str, Any] | None:
    """The description of the body of a view that takes rows; None for all others."""
    shape: type[BaseModel] | None = getattr(view, ROWS, None)
    return None if shape is None else _described(shape)


def _at_most(limit: int, rows: Iterator[Record]) -> Iterator[Record]:
    yield from islice(rows, limit)
    if next(rows, None) is not None:
        raise RequestEntityTooLarge(f"At most {limit} rows are taken at once.")


def _exactly(stated: int, rows: Iterator[Record]) -> Iterator[Record]:
    found = 0
    for found, row in enumerate(rows, start=1):  # noqa: B007 - counts to the end
        yield row
    if found != stated:
        raise uploads.IncompleteUpload(f"There are {found} rows, not {stated}.")


def _shown(result: RowResult) -> dict[str, Any]:
    document: dict[str, Any] = {
        "line": result.line,
        "external_id": result.external_id,
        "status": result.status,
        "id": result.id,
    }
    if result.field is not None:
        document["errors"] = {result.field: [f"{result.field} {result.reason}."]}
    return document


def _write(answer: IO[bytes], document: dict[str, Any]) -> None:
    answer.write(ENCODE(document).encode() + b"\n")


def _sent(answer: IO[bytes]) -> Response:
    size = answer.tell()
    answer.seek(0)
    response = Response(_blocks(answer), mimetype=NDJSON, direct_passthrough=True)
    response.content_length = size
    response.call_on_close(answer.close)
    return response


def _blocks(answer: IO[bytes]) -> Iterator[bytes]:
    with answer:
        while block := answer.read(BLOCK_BYTES):
            yield block


def _described(shape: type[BaseModel]) -> dict[str, Any]:
    schema = shape.model_json_schema()
    example, columns = schema.get("example", {}), list(shape.model_fields)
    keys = [name for name in columns if name.endswith("_id") and name != "store_id"]
    header = f"({'|'.join(keys)})" + "".join(f"(,{name})?" for name in columns if name not in keys)
    return {
        "required": True,
        "description": (
            "One row a line, in UTF-8. The first line of CSV names the columns, in any order. A "
            "body that is sent in chunks, without `Content-Length`, ends with a whole line; say "
            "`rows` to be sure that it did not break off between two of them."
        ),
        "content": {
            NDJSON: {
                "schema": {
                    "type": "string",
                    "pattern": r"[^\s\ufeff]",
                    "contentMediaType": NDJSON,
                    "contentSchema": schema,
                },
                "example": json.dumps(example) + "\n",
            },
            "text/csv": {
                "schema": {
                    "type": "string",
                    "pattern": rf"^{header}(\r?\n[^\n]*)*$",
                    "contentMediaType": "text/csv",
                },
                "example": f"{','.join(example)}\n{','.join(map(str, example.values()))}\n",
            },
        },
    }


def answers(*statuses: str) -> dict[int | str, Any]:
    """The description of an answer whose rows have one of these statuses, or are rejected."""
    first = {"line": 1, "external_id": "m-1001", "status": statuses[0], "id": 17}
    wrong = {
        "line": 2,
        "external_id": None,
        "status": "rejected",
        "id": None,
        "errors": {"external_id": ["external_id is missing."]},
    }
    summary = {"summary": dict.fromkeys(statuses, 0) | {statuses[0]: 1, "rejected": 1}}
    lines = "".join(f"{json.dumps(each)}\n" for each in (first, wrong, summary))
    said = ", ".join(f"`{status}`" for status in (*statuses, "rejected"))
    return {
        200: {
            "description": (
                f"One line for each row, in their order, with its `status`: {said}; then a line "
                "with the `summary`. All that is not rejected has been written, in one transaction."
            ),
            "content": {
                NDJSON: {
                    "schema": {
                        "type": "string",
                        "contentMediaType": NDJSON,
                        "contentSchema": RowOut.model_json_schema(),
                    },
                    "example": lines,
                }
            },
        }
    }

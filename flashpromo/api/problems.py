"""Every error under /api/ is an RFC 9457 problem; elsewhere it stays what the pages make of it.

`type` is a stable relative reference that ends in the `code`, so that a caller may tell errors
apart by either. Members beyond the standard ones (`errors`, `reasons`) come from the error.
"""

import logging
from collections.abc import Mapping
from typing import Any, Final

from apiflask import APIFlask
from apiflask.exceptions import HTTPError
from flask import Response, current_app, request
from flask.typing import ResponseReturnValue
from sqlalchemy.exc import OperationalError
from werkzeug.exceptions import HTTPException
from werkzeug.routing import RequestRedirect

from flashpromo.entrance import error_pages
from flashpromo.errors import BadRequest, DomainError, InvalidFields

log = logging.getLogger(__name__)

API: Final = "/api/"
MIMETYPE: Final = "application/problem+json"
NOTHING_HERE: Final = "There is nothing at this address."
NOWHERE: Final = (404, 405)
"""A person who comes to one of these by the address bar is lost, and wants a way on."""
CODES: Final = {413: "body_too_large", 500: "internal_error", 503: "unavailable"}


class Unavailable(DomainError):
    """The database does not answer."""

    status = 503
    code = "unavailable"
    title = "The service cannot answer just now."

    @property
    def headers(self) -> Mapping[str, str]:
        """RFC 9110: seconds until another try makes sense."""
        return {"Retry-After": "2"}


def init_app(app: APIFlask) -> None:
    """Register the handlers; the most specific class of an error decides."""
    app.register_error_handler(DomainError, refusal)
    app.register_error_handler(HTTPError, _input_error)
    app.register_error_handler(HTTPException, _http_error)
    app.register_error_handler(OperationalError, _database_error)


def problem(
    *,
    status: int,
    code: str,
    title: str,
    detail: str = "",
    headers: Mapping[str, str] | None = None,
    extra: Mapping[str, Any] | None = None,
) -> Response:
    """One problem document as a response."""
    document = {
        "type": f"{API}problems/{code}",
        "title": title,
        "status": status,
        "detail": detail or title,
        "code": code,
        **(extra or {}),
    }
    response = Response(current_app.json.dumps(document), status, mimetype=MIMETYPE)
    response.headers.extend(headers or {})
    return response


def refusal(error: DomainError) -> ResponseReturnValue:
    """The answer that an error of the domain becomes."""
    if not request.path.startswith(API):
        return error.detail, error.status, {"Content-Type": "text/plain; charset=utf-8"}
    return problem(
        status=error.status,
        code=error.code,
        title=error.title,
        detail=error.detail,
        headers=error.headers,
        extra=error.extra,
    )


def _input_error(error: HTTPError) -> ResponseReturnValue:
    """What the schemas found: a wrong query is 400, wrong fields of a body are 422."""
    where = error.detail if isinstance(error.detail, dict) else {}
    if "query" in where:
        return refusal(BadRequest("The query is wrong.", errors=_top_level(where["query"])))
    fields = _top_level(where.get("json", {}))
    if "_schema" in fields:
        return refusal(BadRequest("The body must be a JSON object."))
    return refusal(InvalidFields(fields))


def _top_level(errors: Mapping[str, list[str]]) -> dict[str, list[str]]:
    """Say `segment_ids` rather than `segment_ids.0`: fields are what the contract names."""
    fields: dict[str, list[str]] = {}
    for path, messages in errors.items():
        said = fields.setdefault(path.partition(".")[0], [])
        said.extend(message for message in messages if message not in said)
    return fields


def _http_error(error: HTTPException) -> ResponseReturnValue:
    if isinstance(error, RequestRedirect):
        return error
    if not request.path.startswith(API):
        return error_pages.of_nowhere(error) if error.code in NOWHERE else error
    headers = {name: value for name, value in error.get_headers() if name != "Content-Type"}
    return problem(
        status=error.code or 500,
        code=code_of(error),
        title=error.name,
        detail=detail_of(error),
        headers=headers,
    )


def code_of(error: HTTPException) -> str:
    """The code of an error that is not the domain's."""
    return CODES.get(error.code or 500, error.name.lower().replace(" ", "_"))


def detail_of(error: HTTPException) -> str:
    """One sentence on it; that of a missing path is ours."""
    return NOTHING_HERE if error.code == 404 else error.description or ""


def _database_error(error: OperationalError) -> ResponseReturnValue:
    """The database is away, or stopped a statement that took too long."""
    log.error("the database refused: %s", error.orig)
    return refusal(Unavailable())

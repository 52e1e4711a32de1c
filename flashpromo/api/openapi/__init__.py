"""The OpenAPI 3.1 document at /api/openapi.json: everything that a caller may rely on.

The routes and the shapes say what is particular to them; what all operations share is put in here,
by rules and not by lists, so that a new route is described completely by standing there: who may
call it, what it may refuse and with which codes, its headers, and where its answer leads on.
"""

import json
from typing import Any, Final, cast

from apiflask import APIFlask
from flask import Response, current_app, request

from flashpromo.api import guard
from flashpromo.api.blueprints import resource
from flashpromo.api.openapi import links, operations, parts, prose, schemas, shared, traits

KEPT: Final = "flashpromo_openapi"

DOCUMENT: Final[dict[int | str, Any]] = {
    200: {
        "description": "This document.",
        "content": {
            "application/json": {"schema": {"type": "object"}, "example": {"openapi": "3.1.0"}}
        },
    }
}

blueprint = resource("openapi", "", tag="Service")


@blueprint.get("/openapi.json")
@guard.anyone()
@blueprint.doc(responses=DOCUMENT)
def describe_api() -> Response:
    """Describe the API: this document, OpenAPI 3.1."""
    response = Response(_document(), mimetype="application/json")
    response.cache_control.public = True
    response.cache_control.max_age = 60
    response.add_etag()
    return cast(Response, response.make_conditional(request))


def init_app(app: APIFlask) -> None:
    """Say how the document of `app` is made; it is made when somebody first asks for it."""
    app.config.update(
        OPENAPI_VERSION="3.1.0",
        AUTO_VALIDATION_ERROR_RESPONSE=False,
        AUTO_404_RESPONSE=False,
        SECURITY_SCHEMES=parts.SECURITY_SCHEMES,
    )
    app.description = prose.DESCRIPTION
    app.license = prose.LICENCE
    app.contact = prose.CONTACT
    app.servers = prose.SERVERS
    app.spec_processor(_complete)


def _document() -> bytes:
    """The finished document; made once, for it cannot change while the process lives."""
    extensions = current_app.extensions
    if KEPT not in extensions:
        described = cast(APIFlask, current_app).spec
        extensions[KEPT] = json.dumps(described, ensure_ascii=False, sort_keys=False).encode()
    return cast(bytes, extensions[KEPT])


def _complete(spec: Any) -> Any:
    document: dict[str, Any] = schemas.tidied(spec)
    parts.add_to(document["components"])
    traits.part_schemas(document["components"]["schemas"])
    document["tags"] = prose.tags(document)
    document["security"] = [{"token": []}]
    operations.complete(document)
    links.add_to(document)
    shared.move(document)
    return document

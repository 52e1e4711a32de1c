"""/api/docs/ and /api/reference/: the description as pages, to try and to read.

Both are packages of others, served from here alone. Their policies name everything that they may
load, and none of it is outside: a page that asked another server for something would not get it.
"""

from typing import Final

from apiflask import APIBlueprint
from flask import render_template

from flashpromo.api import guard
from flashpromo.entrance import headers

SWAGGER_UI: Final = "vendor/swagger-ui-dist-5.35.0"
REDOC: Final = "vendor/redoc-2.5.4"

DRAWS: Final = {**headers.STRICT, "img-src": ["'self'", "data:"]}
"""Both bring their drawings along in their own styles and scripts."""

REDOC_STYLES: Final = (
    "'self'",
    "'sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU='",
    "'sha256-QMIg+bpjm3JdElJ388KYke01izlUW0UoNOeKjpMxdgc='",
)
"""Redoc gives the styles that it makes our nonce, but for these two: one empty, one fixed."""

blueprint = APIBlueprint("docs_pages", __name__, url_prefix="/api", enable_openapi=False)


@blueprint.get("/docs/")
@guard.anyone()
@headers.policy(DRAWS)
def docs() -> str:
    """Show every operation, to be tried with a token of one's own."""
    return render_template("api/docs.html", vendored=SWAGGER_UI)


@blueprint.get("/reference/")
@guard.anyone()
@headers.policy({**DRAWS, "worker-src": "blob:", "style-src": REDOC_STYLES}, nonce_in=["style-src"])
def reference() -> str:
    """Show the reference: it makes its styles as it goes, and searches in a worker."""
    return render_template("api/reference.html", vendored=REDOC)

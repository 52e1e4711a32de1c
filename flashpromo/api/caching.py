"""What may be kept of an answer, and how it is asked for again.

Answers of the API depend on who asks: no shared cache keeps them, and whoever keeps one asks again
before it uses it, which costs a 304 if nothing has changed. Errors, and what a write answers, are
kept by nobody. Sizable JSON is compressed for whoever accepts it so; a compressed answer has a tag
of its own, and either tag stands for the document. What we bring along in a folder with its version
in the name never changes.
"""

import re
from typing import Final

from apiflask import APIFlask
from flask import Response, request
from flask_compress import Compress

from flashpromo.api import etags
from flashpromo.api.fields import PART
from flashpromo.api.problems import API, MIMETYPE

SMALLEST_COMPRESSED: Final = 500
READS: Final = frozenset({"GET", "HEAD"})
VERSIONED: Final = re.compile(r"/static/vendor/[^/]+-\d+\.\d[^/]*/.+")
NOT_OF_A_304: Final = ("Content-Type", "Content-Length", "Location")


class Gzip(Compress):
    """Compresses; what a caller has ruled out by `;q=0` (RFC 9110) is not sent to it."""

    def after_request(self, response: Response | None) -> Response:
        """The answer as the caller accepts it."""
        if response is None or request.accept_encodings["gzip"] > 0:
            return super().after_request(response)
        response.vary.add("Accept-Encoding")
        return response


def init_app(app: APIFlask) -> None:
    """Set the headers of every answer of `app`."""
    app.config.update(
        COMPRESS_ALGORITHM=["gzip"],
        COMPRESS_MIMETYPES=["application/json", MIMETYPE, PART],
        COMPRESS_MIN_SIZE=SMALLEST_COMPRESSED,
        COMPRESS_STREAMS=False,
        COMPRESS_EVALUATE_CONDITIONAL_REQUEST=False,
    )
    Gzip(app)  # what is registered first runs last
    app.after_request(_complete)


def _complete(response: Response) -> Response:
    if response.status_code == 204 or request.method == "OPTIONS":
        response.headers.pop("Content-Type", None)  # there is nothing that it could be of
    if request.path.startswith(API):
        _say_who_may_keep(response)
        _revalidate(response)
    elif VERSIONED.fullmatch(request.path) and response.status_code in {200, 304}:
        response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
    return response


def _say_who_may_keep(response: Response) -> None:
    if response.status_code >= 400:
        response.headers["Cache-Control"] = "no-store"
    elif "Cache-Control" not in response.headers:
        kept = request.method in READS
        response.headers["Cache-Control"] = "private, no-cache" if kept else "no-store"
    if not response.cache_control.public:
        response.vary.add("Authorization")


def _revalidate(response: Response) -> None:
    """Answer 304 to whoever has this document already."""
    tag, _ = response.get_etag()
    if tag is None or request.method not in READS or response.status_code != 200:
        return
    kept = etags.matched(tag)
    if kept is None:
        return
    response.status_code = 304
    response.set_data(b"")
    response.set_etag(kept)
    for name in NOT_OF_A_304:
        response.headers.pop(name, None)

"""How large bodies come in: into a file, whole or not at all, in memory that does not grow.

An upload that is slow or breaks off holds no connection to the database. The server tells a body
that broke off from a complete one only by its length. One that comes without a length, in chunks,
must at least end with a whole line, so that no row is written by half; a caller that wants all or
nothing there as well says how many rows there are (`api.bulk`).
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from tempfile import TemporaryFile
from typing import IO, Final

from flask import request
from werkzeug.exceptions import RequestEntityTooLarge

from flashpromo.bulk.source import Format
from flashpromo.errors import BadRequest, DomainError

BLOCK_BYTES: Final = 64 * 1024
ENDS: Final = (b"\n", b"}")
"""How the last line shows that it is whole: half an object is no JSON, half a cell may be CSV."""
FORMATS: Final[Mapping[str, Format | None]] = {
    "application/x-ndjson": "ndjson",
    "application/ndjson": "ndjson",
    "application/jsonl": "ndjson",
    "text/csv": "csv",
    "": None,
}
"""How a body of a media type is read; without one its first line says it."""


class UnsupportedMediaType(DomainError):
    """The body is neither NDJSON nor CSV, or it is compressed, or not in UTF-8."""

    status = 415
    code = "unsupported_media_type"
    title = "Send application/x-ndjson, application/jsonl or text/csv, in UTF-8, not compressed."

    @property
    def headers(self) -> Mapping[str, str]:
        """What would be accepted."""
        media_types = ", ".join(name for name in FORMATS if name)
        return {"Accept-Post": media_types, "Accept-Encoding": "identity"}


class IncompleteUpload(BadRequest):
    """The body broke off before its end; nothing of it was written."""

    code = "incomplete_upload"
    title = "The upload broke off; nothing was written."


def form() -> Format | None:
    """How the body is to be read; None looks at its first line.

    Raises:
        UnsupportedMediaType: not at all.
    """
    charset = request.mimetype_params.get("charset", "utf-8").lower()
    encoding = (request.content_encoding or "identity").lower()
    if request.mimetype not in FORMATS or charset != "utf-8" or encoding != "identity":
        raise UnsupportedMediaType
    return FORMATS[request.mimetype]


@contextmanager
def received(limit: int) -> Iterator[IO[bytes]]:
    """The whole body of the request as a file, of `limit` bytes at most.

    Raises:
        RequestEntityTooLarge: it is longer.
        IncompleteUpload: it broke off.
    """
    with TemporaryFile() as body:
        _receive(body, limit)
        body.seek(0)
        yield body


def _receive(body: IO[bytes], limit: int) -> None:
    stated, found, last = request.content_length, 0, b""
    # One more than allowed: at the limit itself the stream refuses even to say that it has ended.
    request.max_content_length = limit + 1
    while block := request.stream.read(BLOCK_BYTES):
        body.write(block)
        found += len(block)
        last = block
        if found > limit:
            raise RequestEntityTooLarge
    if stated is not None and found < stated:
        raise IncompleteUpload
    if stated is None and found and not last.endswith(ENDS):
        raise IncompleteUpload("A body without Content-Length must end with a whole line.")

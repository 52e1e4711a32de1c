"""`ETag` and `If-Match`: nobody overwrites what it has not seen.

The tag of a thing is a digest of its whole document, so it changes with everything that is shown,
what is derived from the time too. A write that brings `If-Match` is carried out only if one of its
tags is that of the document as it stands. Between that look and the lock another write can come:
so the view hands the version that belongs to the tag on to the domain, which compares it again
behind the lock. Of two writers who have seen the same, one is refused.
"""

from base64 import urlsafe_b64encode
from collections.abc import Callable, Mapping
from functools import wraps
from hashlib import sha256
from typing import Any, Final, TypeVar

from flask import Response, current_app, request
from pydantic import BaseModel

from flashpromo.api import fields
from flashpromo.api.fields import FieldsQuery
from flashpromo.errors import PreconditionFailed

DIGEST_BYTES: Final = 15
ENCODED: Final = ":gzip"
"""What is added to the tag of a compressed answer: other bytes, but the same document."""

_MARK: Final = "answers_an_etag"

Version = TypeVar("Version")


def tagged(view: Callable[..., Any]) -> Callable[..., Any]:
    """Give the document that a view answers its `ETag`; to be put below `output`.

    The argument `fields` of the route, if it has one, is taken here: a part of a document carries
    the tag of the whole.
    """

    @wraps(view)
    def answered(*args: Any, fields: FieldsQuery | None = None, **kwargs: Any) -> Any:
        answer = view(*args, **kwargs)
        document, *rest = answer if isinstance(answer, tuple) else (answer,)
        status, headers = rest or (200, {})
        headers = {**headers, "ETag": f'"{of(document.model_dump_json().encode())}"'}
        if fields is not None and fields.fields:
            return _part(document, fields.fields, headers)
        return document, status, headers

    setattr(answered, _MARK, True)
    return answered


def answers_tag(endpoint: str) -> bool:
    """Whether a route of the current application answers an `ETag`."""
    return getattr(current_app.view_functions[endpoint], _MARK, False)


def of(document: bytes) -> str:
    """The tag of a document, without its quotes."""
    return urlsafe_b64encode(sha256(document).digest()[:DIGEST_BYTES]).decode()


def seen(read: Callable[[], tuple[BaseModel, Version]]) -> Version | None:
    """The version that the caller has seen, by its `If-Match`; None if any will do.

    Args:
        read: reads the thing as it stands: its document, and the version to be compared again
            behind the lock. Not called for a request without `If-Match`.

    Raises:
        PreconditionFailed: the caller has seen another one.
    """
    if "If-Match" not in request.headers:
        return None
    document, version = read()
    if request.if_match.star_tag:
        return None
    strong = {tag.removesuffix(ENCODED) for tag in request.if_match.as_set() if tag}
    if of(document.model_dump_json().encode()) not in strong:
        raise PreconditionFailed
    return version


def matched(tag: str) -> str | None:
    """The tag as the reader has it kept already, by its `If-None-Match`; None if it has not."""
    sent = request.if_none_match
    for kept in (tag, f"{tag}{ENCODED}"):
        if sent.contains_weak(kept):
            return kept
    return None


def _part(document: BaseModel, names: frozenset[str], headers: Mapping[str, str]) -> Response:
    part = fields.answer(fields.only(document, names))
    part.headers.update(headers)
    return part

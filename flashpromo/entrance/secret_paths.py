"""Addresses with a secret in them: no other site is told of them, and no log of ours has them.

A page of such an address tells others where its reader came from by the host alone. Not less than
that: without any `Referer` a form over https could not be told from one of another site, and would
be refused.
"""

import logging
import re
from collections.abc import Callable
from typing import Final, TypeVar

from flask import Flask, Response, current_app, request

View = TypeVar("View", bound=Callable[..., object])

MARK: Final = "flashpromo_secret_path"
SECRET: Final = re.compile(r"(/(?:link|opt-out)/)[^/\s\]]+")


def secret_path(view: View) -> View:
    """Mark a view whose address has a secret in it."""
    setattr(view, MARK, True)
    return view


def init_app(app: Flask) -> None:
    """To be called before `headers.init_app`: what is registered first comes last."""
    app.after_request(_tell_the_host_alone)
    # Not by `app.logger`: asked for before logging is set up, it brings a handler of its own.
    logging.getLogger(app.name).addFilter(_without_secrets)


def _tell_the_host_alone(response: Response) -> Response:
    view = current_app.view_functions.get(request.endpoint or "")
    if getattr(view, MARK, False):
        response.headers["Referrer-Policy"] = "strict-origin"
    return response


def _without_secrets(record: logging.LogRecord) -> bool:
    if isinstance(record.msg, str):
        record.msg = SECRET.sub(r"\1…", record.msg)
    return True

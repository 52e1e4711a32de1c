"""Calling the API as a client that has signed in, in this process; for looking where time goes."""

import json
from dataclasses import dataclass
from typing import Any, Final

from flask import Flask
from werkzeug.test import EnvironBuilder, run_wsgi_app

from bench.browsing import HOST
from bench.load import Request
from bench.timing import timed

NOT_ASKED: Final = frozenset({400, 401, 404, 429, 500})
"""Whoever gets one of these was turned away at the door."""


@dataclass(frozen=True)
class Caller:
    """Calls the application as the web server does, without a socket between."""

    app: Flask

    def answer(self, request: Request) -> tuple[int, Any]:
        """Status and document."""
        body, status, _ = run_wsgi_app(self.app.wsgi_app, _environ(request), True)
        return int(status.split()[0]), json.loads(b"".join(body) or b"null")

    def milliseconds(self, request: Request) -> float:
        """How long the answer takes; making the request is not counted."""
        environ, statuses = _environ(request), []

        def call() -> None:
            body, status, _ = run_wsgi_app(self.app.wsgi_app, environ, True)
            statuses.append(int(status.split()[0]))
            b"".join(body)

        taken = timed(call)
        if statuses[0] in NOT_ASKED:
            raise RuntimeError(f"{request.path} answers {statuses[0]}")
        return taken


def _environ(request: Request) -> dict[str, Any]:
    path, _, query = request.path.partition("?")
    builder = EnvironBuilder(
        method=request.method,
        path=path,
        query_string=query,
        base_url=HOST,
        data=request.body or None,
        content_type="application/json" if request.body else None,
    )
    if request.token:
        builder.headers["Authorization"] = f"Bearer {request.token}"
    return builder.get_environ()

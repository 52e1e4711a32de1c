"""A span for each request, in a process that makes traces; in any other it does not stand there.

A trace is gone on with only where a proxy in front is trusted: a stranger could else have every
request of its own traced, and put it into the traces of others.
"""

import sys
from collections.abc import Iterable
from contextlib import ExitStack
from typing import Any, Final

from werkzeug.wsgi import ClosingIterator

from flashpromo import logs, spans
from flashpromo.entrance.passage import METHODS, OTHER, TRACE_ID, Application, Environ, Start, route

SENT: Final = "HTTP_TRACEPARENT"


class Traced:
    """Stands inside of the passage, around everything else."""

    def __init__(self, application: Application, *, goes_on: bool) -> None:
        """`goes_on` says whether a trace that is sent is gone on with."""
        self._application = application
        self._goes_on = goes_on

    def __call__(self, environ: Environ, start: Start) -> Iterable[bytes]:
        """Let a request pass within its span."""
        method = environ["REQUEST_METHOD"]
        method = method if method in METHODS else OTHER
        parent = {"traceparent": environ.get(SENT, "")} if self._goes_on else {}
        around = ExitStack()
        span: Any = around.enter_context(
            spans.span(method, "SERVER", parent, http__request__method=method)
        )
        environ[TRACE_ID] = spans.trace_id()
        around.enter_context(logs.bound(trace_id=environ[TRACE_ID]))

        def begin(line: str, headers: list[tuple[str, str]], *rest: Any) -> Any:
            rule, _ = route(environ)
            span.update_name(f"{method} {rule}")
            span.set_attribute("http.route", rule)
            span.set_attribute("http.response.status_code", int(line[:3]))
            return start(line, headers, *rest)

        try:
            answer = self._application(environ, begin)
        except BaseException:
            around.__exit__(*sys.exc_info())
            raise
        return ClosingIterator(answer, around.close)

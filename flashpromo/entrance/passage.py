"""Each request by its id, from the door on: on its lines, in its answer, and on the jobs it rings.

The id is what a proxy in front sends as `X-Request-ID`, if it has the form of one, else a new one.
One line tells of each request: its route as the code names it, never its address, in which there
may be a secret or a search for a person; nor who sent it, which the audit log knows for changes.
"""

import time
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

from prometheus_client import Counter, Histogram
from werkzeug.wsgi import ClosingIterator

from flashpromo import logs
from flashpromo.meters import instruments

HEADER: Final = "X-Request-ID"
SENT: Final = "HTTP_X_REQUEST_ID"
LOGGER: Final = "flashpromo.web"
NO_ROUTE: Final = "none"
OTHER: Final = "OTHER"
TRACE_ID: Final = "flashpromo.trace_id"
ROUTE: Final = "flashpromo.route"
"""Said by whoever answers before the application does."""
NOTHING: Final[Mapping[str, object]] = {}
_METERS: Final[dict[tuple[str, str, str], tuple[Counter, Histogram]]] = {}
METHODS: Final = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})

Environ = dict[str, Any]
Start = Callable[..., Any]
Application = Callable[[Environ, Start], Iterable[bytes]]


class Passage:
    """Stands around the whole application, so that nothing is answered without a line."""

    def __init__(self, application: Application) -> None:
        self._application = application

    def __call__(self, environ: Environ, start: Start) -> Iterable[bytes]:
        """Let a request pass; it is over when its answer has been sent to the end."""
        began = time.perf_counter()
        sent = environ.get(SENT, "")
        request_id: str = sent.lower() if logs.is_request_id(sent) else logs.new_request_id()
        entered = logs.enter(request_id)
        status, rule, ids = "500", NO_ROUTE, NOTHING

        def begin(line: str, headers: list[tuple[str, str]], *rest: Any) -> Any:
            nonlocal status, rule, ids
            status = line[:3]
            rule, ids = route(environ)  # afterwards Flask lets go of the request
            headers.append((HEADER, request_id))
            return start(line, headers, *rest)

        def end() -> None:
            nonlocal ids
            method = environ["REQUEST_METHOD"]
            method = method if method in METHODS else OTHER
            seconds = time.perf_counter() - began
            _meter(method, rule, status, seconds)
            if TRACE_ID in environ:
                ids = {**ids, "trace_id": environ[TRACE_ID]}
            logs.answered(
                LOGGER,
                {
                    "request_id": request_id,
                    "method": method,
                    "route": rule,
                    "status": int(status),
                    "ms": round(seconds * 1000, 2),
                    **ids,
                },
            )
            logs.leave(entered)

        try:
            answer = self._application(environ, begin)
        except BaseException:
            end()
            raise
        return ClosingIterator(answer, end)


def _meter(method: str, route: str, status: str, seconds: float) -> None:
    """Count it; what a label stands for is looked up once, for there are few of them."""
    met = _METERS.get((method, route, status))
    if met is None:
        requests = instruments.REQUESTS.labels(method, route, status)
        met = requests, instruments.REQUEST_SECONDS.labels(method, route)
        _METERS[method, route, status] = met
    requests, durations = met
    requests.inc()
    durations.observe(seconds)


def route(environ: Environ) -> tuple[str, Mapping[str, object]]:
    """The route of the request as its rule is written, and the promo that its address names."""
    if ROUTE in environ:
        return environ[ROUTE], NOTHING
    request = environ.get("werkzeug.request")
    rule = getattr(request, "url_rule", None)
    if rule is None:
        return NO_ROUTE, NOTHING
    promo_id = (getattr(request, "view_args", None) or {}).get("promo_id")
    return rule.rule, {"promo_id": promo_id} if isinstance(promo_id, int) else NOTHING

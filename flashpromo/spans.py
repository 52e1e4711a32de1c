"""Traces by OpenTelemetry, for whoever asks for them: request → statements → job → statements.

Off unless one of OpenTelemetry's own variables names where spans go; then its packages are looked
for (`requirements-otel.txt`), and a process that lacks them does not start. While it is off nothing
is imported, nothing listens, and a span costs one comparison. A span has routes and statements with
the names of their values, never the values themselves.
"""

import importlib
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Final

from sqlalchemy import Engine, event

WANTED_BY: Final = (
    "OTEL_EXPORTER_OTLP_ENDPOINT",
    "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT",
    "OTEL_TRACES_EXPORTER",
)
SERVICE_NAME: Final = "OTEL_SERVICE_NAME"
LISTENED: Final = "flashpromo_span"
LONGEST_STATEMENT: Final = 2000


class _Tracing:
    """What is there when it is on."""

    def __init__(self, provider: Any) -> None:
        self.api: Any = importlib.import_module("opentelemetry.trace")
        self.provider = provider
        self.tracer = provider.get_tracer("flashpromo")
        found = importlib.import_module("opentelemetry.trace.propagation.tracecontext")
        self.carrier: Any = found.TraceContextTextMapPropagator()


class _State:
    tracing: _Tracing | None = None


def is_wanted(environment: Mapping[str, str]) -> bool:
    """Whether OpenTelemetry's variables ask for traces."""
    if environment.get("OTEL_SDK_DISABLED", "").strip().lower() == "true":
        return False
    if environment.get("OTEL_TRACES_EXPORTER", "").strip().lower() == "none":
        return False
    return any(environment.get(name) for name in WANTED_BY)


def begin(service: str) -> None:
    """Turn it on in this process if it is asked for.

    Args:
        service: the name of the process, unless `OTEL_SERVICE_NAME` gives another.

    Raises:
        ModuleNotFoundError: it is asked for and not installed.
    """
    if _State.tracing is not None or not is_wanted(os.environ):
        return
    sdk = importlib.import_module("opentelemetry.sdk.trace")
    export = importlib.import_module("opentelemetry.sdk.trace.export")
    otlp = importlib.import_module("opentelemetry.exporter.otlp.proto.http.trace_exporter")
    resources = importlib.import_module("opentelemetry.sdk.resources")
    named = {"service.name": os.environ.get(SERVICE_NAME) or service}
    provider = sdk.TracerProvider(resource=resources.Resource.create(named))
    provider.add_span_processor(export.BatchSpanProcessor(otlp.OTLPSpanExporter()))
    use(provider)


def use(provider: Any) -> None:
    """Trace by this provider from now on."""
    if _State.tracing is None:
        event.listen(Engine, "before_cursor_execute", _before)
        event.listen(Engine, "after_cursor_execute", _after)
        event.listen(Engine, "handle_error", _failed)
    _State.tracing = _Tracing(provider)


def end() -> None:
    """Send what is left, and turn it off."""
    if _State.tracing is not None:
        event.remove(Engine, "before_cursor_execute", _before)
        event.remove(Engine, "after_cursor_execute", _after)
        event.remove(Engine, "handle_error", _failed)
        _State.tracing.provider.shutdown()
        _State.tracing = None


def send() -> None:
    """Send what is left: a process that leaves without ado calls it before."""
    if _State.tracing is not None:
        _State.tracing.provider.force_flush()


def is_on() -> bool:
    """Whether spans are made."""
    return _State.tracing is not None


@contextmanager
def span(name: str, kind: str, parent: Mapping[str, str], **told: object) -> Iterator[Any]:
    """Inside the block everything belongs to this span; None while it is off.

    Args:
        name: of few values: a route or a job.
        kind: SERVER for a request, CONSUMER for a job.
        parent: headers or a job's meta, which may name the trace that it belongs to.
        told: attributes; a dot in their names is written as two underlines.
    """
    tracing = _State.tracing
    if tracing is None:
        yield None
        return
    context = tracing.carrier.extract(dict(parent))
    attributes = {key.replace("__", "."): value for key, value in told.items()}
    with tracing.tracer.start_as_current_span(
        name, context=context, kind=tracing.api.SpanKind[kind], attributes=attributes
    ) as made:
        yield made


def carried() -> dict[str, str]:
    """The present trace, as a job takes it along; empty while it is off."""
    found: dict[str, str] = {}
    if _State.tracing is not None:
        _State.tracing.carrier.inject(found)
    return {name: found[name] for name in found if name == "traceparent"}


def trace_id() -> str:
    """Of the present trace, as lines of the log name it; empty without one."""
    if _State.tracing is None:
        return ""
    context = _State.tracing.api.get_current_span().get_span_context()
    return f"{context.trace_id:032x}" if context.is_valid else ""


def _before(_connection: Any, _cursor: Any, _sent: str, _values: Any, context: Any, _: Any) -> None:
    tracing, statement = _State.tracing, context.statement  # without what bounds its transaction
    if tracing is None or not tracing.api.get_current_span().get_span_context().is_valid:
        return  # what no request and no job asks for is no trace of its own
    name = statement.split(None, 1)[0].upper() if statement.strip() else "SQL"
    attributes = {"db.system.name": "postgresql", "db.query.text": statement[:LONGEST_STATEMENT]}
    kind = tracing.api.SpanKind.CLIENT
    setattr(context, LISTENED, tracing.tracer.start_span(name, kind=kind, attributes=attributes))


def _after(
    _connection: Any, _cursor: Any, _statement: str, _values: Any, context: Any, _: Any
) -> None:
    made = getattr(context, LISTENED, None)
    if made is not None:
        made.end()


def _failed(context: Any) -> None:
    made = getattr(context.execution_context, LISTENED, None)
    if made is not None and _State.tracing is not None:
        made.set_status(
            _State.tracing.api.StatusCode.ERROR, type(context.original_exception).__name__
        )
        made.end()

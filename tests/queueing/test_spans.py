"""With OpenTelemetry a request, its statements and its jobs are one trace."""

import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from flask import Flask
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from redis import Redis
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from flashpromo import spans
from flashpromo.app import create_app
from flashpromo.db import db, session, transaction
from flashpromo.queueing import bell, cause
from flashpromo.queueing.job import AllowListedJob, queue
from flashpromo.queueing.names import ACTIVATE, ACTIVATION

ROOT = Path(__file__).parents[2]
SENT = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
TRACE = 0x0AF7651916CD43DD8448EB211C80319C


@dataclass
class Traced:
    """An application that makes traces, and what it has made."""

    made: InMemorySpanExporter
    app: Flask = field(init=False)

    def named(self, name: str) -> list:
        return [each for each in self.made.get_finished_spans() if each.name == name]


@pytest.fixture
def traced(settings, clean) -> Iterator[Traced]:
    made = InMemorySpanExporter()
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(made))
    spans.use(provider)
    traced = Traced(made)
    traced.app = create_app(settings.model_copy(update={"trusted_proxies": 1}))
    traced.app.testing = True
    yield traced
    with traced.app.app_context():
        db.engine.dispose()
    spans.end()


def test_a_request_its_statements_and_its_job_are_one_trace(traced: Traced, redis: Redis):
    def ring() -> str:
        with transaction():
            session().execute(text("SELECT :secret"), {"secret": "alice"})
            bell.ring(ACTIVATE, 17)
        return "rung"

    traced.app.view_functions["health.healthz"] = ring
    answer = traced.app.test_client().get(
        "/healthz?name=alice", headers={"traceparent": SENT}, buffered=True
    )
    assert answer.status_code == 200
    with traced.app.app_context():
        (job,) = queue(ACTIVATION, redis).jobs
        AllowListedJob.fetch(job.id, redis).perform()
    (request,), (work,) = traced.named("GET /healthz"), traced.named("job activate")
    every = traced.made.get_finished_spans()
    assert {each.context.trace_id for each in every} == {TRACE}
    assert work.parent.span_id == request.context.span_id
    assert work.attributes["promo_id"] == 17
    assert request.attributes["http.response.status_code"] == 200
    parents = {each.parent.span_id for each in traced.named("SELECT")}
    assert parents == {request.context.span_id, work.context.span_id}
    assert "alice" not in "".join(each.to_json() for each in every)


def test_a_statement_that_fails_ends_its_span(traced: Traced):
    with traced.app.app_context(), spans.span("job test", "CONSUMER", {}):
        with pytest.raises(DBAPIError):
            session().execute(text("SELECT 1 / 0"))
        session().rollback()
    (failed,) = [each for each in traced.named("SELECT") if not each.status.is_ok]
    assert failed.status.description == "DivisionByZero"


def test_what_nobody_asked_for_is_no_trace(traced: Traced):
    with traced.app.app_context():
        session().execute(text("SELECT 1"))
    assert traced.made.get_finished_spans() == ()


@pytest.mark.parametrize("sent", ["", "00-x", SENT.upper(), SENT + "\n", 5, [SENT], None])
def test_of_a_trace_in_redis_only_its_form_is_believed(sent):
    assert cause.believed({"traceparent": sent, "callback": "os.system"}) == {}
    assert cause.believed({"traceparent": SENT}) == {"traceparent": SENT}


@pytest.mark.parametrize(
    ("environment", "wanted"),
    [
        ({}, False),
        ({"OTEL_SERVICE_NAME": "promos"}, False),
        ({"OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:4318"}, True),
        ({"OTEL_TRACES_EXPORTER": "otlp"}, True),
        ({"OTEL_TRACES_EXPORTER": "none", "OTEL_EXPORTER_OTLP_ENDPOINT": "http://x"}, False),
        ({"OTEL_SDK_DISABLED": "TRUE", "OTEL_EXPORTER_OTLP_ENDPOINT": "http://x"}, False),
    ],
)
def test_it_is_turned_on_by_its_own_variables(environment, wanted):
    assert spans.is_wanted(environment) is wanted


def test_a_process_that_is_not_asked_for_traces_knows_nothing_of_them(app):
    """Only redis-py looks whether metrics are there, and asks nothing of them."""
    told = (
        "import sys, wsgi; print([each for each in sys.modules if 'telemetry.sdk.trace' in each])"
    )
    kept = {name: each for name, each in os.environ.items() if not name.startswith("OTEL_")}
    done = subprocess.run(
        [sys.executable, "-c", told], cwd=ROOT, env=kept, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"
    assert spans.carried() == {}

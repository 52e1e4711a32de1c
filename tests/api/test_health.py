"""Alive, and ready, and why not."""

from collections.abc import Iterator

import pytest
from flask import Flask
from sqlalchemy import text
from sqlalchemy.engine import Engine

from flashpromo.app import create_app
from flashpromo.config import Settings
from flashpromo.db import app_now, db, transaction
from flashpromo.operations import traces
from tests.api.conftest import Caller, People
from tests.conftest import Clock


def leave_a_trace(app: Flask) -> None:
    with app.app_context(), transaction():
        traces.leave("one", app_now(), 60, {})


@pytest.fixture
def lost(app: Flask, settings: Settings) -> Iterator[Flask]:
    """An application whose database is not there."""
    url = "postgresql+psycopg2://postgres@/nowhere?host=/nonexistent"
    other = create_app(settings.model_copy(update={"database_url": url}))
    other.testing = True
    yield other
    with other.app_context():
        db.engine.dispose()


def test_alive_and_ready(client):
    assert client.get("/healthz").json == {"status": "alive"}
    leave_a_trace(client.application)
    ready = client.get("/readyz")
    assert (ready.status_code, ready.json["status"]) == (200, "ready")
    assert ready.json["warnings"] == []


def test_without_a_scheduler_it_serves_and_warns(client, clock: Clock):
    said = client.get("/readyz")
    assert (said.status_code, said.json["status"]) == (200, "degraded")
    assert ["No scheduler" in each for each in said.json["warnings"]] == [True]
    leave_a_trace(client.application)
    clock.advance(seconds=traces.SILENT_SECONDS - 5)
    assert client.get("/readyz").json["status"] == "ready"
    clock.advance(seconds=10)
    assert client.get("/readyz").json["status"] == "degraded"


def test_alive_without_a_database_but_not_ready(lost: Flask):
    http = lost.test_client()
    assert http.get("/healthz").status_code == 200
    answer = http.get("/readyz")
    assert (answer.status_code, answer.json["status"]) == (503, "not ready")
    assert answer.json["reasons"]


def test_without_a_database_the_api_is_unavailable(lost: Flask, people: People):
    answer = Caller(lost.test_client(), people.operator().token).get("/api/market/stores/")
    assert (answer.status_code, answer.json["code"]) == (503, "unavailable")
    assert answer.headers["Retry-After"]


def test_while_an_update_is_on_its_way_the_release_before_serves_on(client, engine: Engine):
    """Its schema is newer than what it knows: every migration leaves it serving."""
    leave_a_trace(client.application)
    move = text("UPDATE alembic_version SET version_num = :version RETURNING version_num")
    with engine.connect() as connection:
        present = connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one()
    with engine.begin() as connection:
        connection.execute(move, {"version": f"{int(present) + 1:04}"})
    try:
        answer = client.get("/readyz")
    finally:
        with engine.begin() as connection:
            connection.execute(move, {"version": present})
    assert (answer.status_code, answer.json["status"]) == (200, "degraded")
    assert present in answer.json["warnings"][0]


def test_an_old_schema_is_not_ready(client, engine: Engine):
    with engine.connect() as connection:
        present = connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one()
    move = text("UPDATE alembic_version SET version_num = :version")
    with engine.begin() as connection:
        connection.execute(move, {"version": "0000"})
    try:
        answer = client.get("/readyz")
    finally:
        with engine.begin() as connection:
            connection.execute(move, {"version": present})
    assert answer.status_code == 503
    assert "0000" in answer.json["reasons"][0]

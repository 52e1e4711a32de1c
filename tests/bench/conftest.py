"""Runs of the benchmark on a town of a few hundred clients, in a database of its own.

How long anything takes is not looked at here: loads send a few requests, servers are shared.
"""

import http.client
import json
import sys
from contextlib import ExitStack, contextmanager
from urllib.parse import urlsplit

import pytest
from redis import Redis
from sqlalchemy import create_engine, make_url, text

from bench import load, pgbench, services
from bench.__main__ import main
from flashpromo.config import Settings
from tests.conftest import recreate_database

TINY = [
    *("--clients", "600", "--promos", "60", "--stores", "8", "--rounds", "1", "--repeats", "1"),
    *("--seconds", "1", "--starts", "1", "--told", "20", "--imported", "30"),
    *("--sizes", "100,200", "--offers", "10,20", "--year", "400", "--running", "5"),
]
KEYS = {"name", "value", "unit", "ratio", "against", "goal", "ok", "cause"}
SENT = 5


@pytest.fixture
def tiny(settings: Settings, redis: Redis, monkeypatch: pytest.MonkeyPatch):
    """An empty database of its own: statistics of this town are nothing for other tests."""
    name = f"{make_url(settings.database_url).database}_bench"
    url = recreate_database(name)
    monkeypatch.setenv("DATABASE_URL", url.render_as_string(hide_password=False))
    monkeypatch.setenv("FLASHPROMO_ENV", "production")
    monkeypatch.setenv("FLASHPROMO_SECRET_KEY", "of-the-benchmark-of-the-tests")
    yield
    server = create_engine(url.set(database="postgres"), isolation_level="AUTOCOMMIT")
    with server.connect() as connection:
        for each in (name, f"{name}_empty", f"{name}_grown"):
            connection.execute(text(f'DROP DATABASE IF EXISTS "{each}" WITH (FORCE)'))
    server.dispose()


@pytest.fixture
def brief(monkeypatch: pytest.MonkeyPatch):
    """Each load sends its first requests once, and each server serves all groups."""
    monkeypatch.setattr(load.Load, "run", _sent_once)
    monkeypatch.setattr(pgbench, "BOUND", "-t")
    serving, kept = services.serving, {}
    with ExitStack() as running:

        @contextmanager
        def shared(app="wsgi:app", *, settings=services.UNLIMITED):
            key = app, tuple(settings.items())
            if key not in kept:
                kept[key] = running.enter_context(serving(app, settings=settings))
            yield kept[key]

        monkeypatch.setattr(services, "serving", shared)
        yield


def _sent_once(asked: load.Load, _seconds: int) -> load.Came:
    address = urlsplit(asked.url)
    refused = 0
    for line in asked.file.read_text().splitlines()[:SENT]:
        method, path, token, body = line.split("\t")
        connection = http.client.HTTPConnection(address.hostname, address.port, timeout=30)
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        if body:
            headers["Content-Type"] = "application/json"
        connection.request(method, path, body or None, headers)
        refused += connection.getresponse().status >= 400
        connection.close()
    return load.Came(SENT, 1.0, refused, 0, 1.0, 1.0)


@pytest.fixture
def figures(tiny, monkeypatch, capsys):
    """Runs `bin/bench` with some groups; its lines by their name."""

    def run(*arguments: str) -> dict[str, dict]:
        monkeypatch.setattr(sys, "argv", ["bench", *TINY, *arguments])
        main()
        lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
        assert {name for line in lines for name in line} == KEYS
        assert [line for line in lines if line["value"] is None] == []
        # Whoever misses a goal says why.
        assert [line["name"] for line in lines if not line["ok"] and not line["cause"]] == []
        return {line["name"]: line for line in lines}

    return run

"""The benchmark runs, on a town of a few hundred clients: every page answers, every figure is told.

How long anything takes is not looked at here.
"""

import json
import sys

import pytest
from redis import Redis
from sqlalchemy import create_engine, make_url, text

from bench.__main__ import main
from flashpromo.config import Settings
from tests.conftest import recreate_database

TINY = ["--clients", "300", "--promos", "60", "--stores", "8", "--rounds", "1"]
KEYS = {"name", "value", "unit", "ratio", "against", "goal", "ok", "cause"}


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
        connection.execute(text(f'DROP DATABASE "{name}" WITH (FORCE)'))
    server.dispose()


def figures(monkeypatch, capsys, *arguments: str) -> dict[str, dict]:
    monkeypatch.setattr(sys, "argv", ["bench", *TINY, *arguments])
    main()
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert {name for line in lines for name in line} == KEYS
    return {line["name"]: line for line in lines}


def test_every_page_of_the_consoles_is_measured(tiny, monkeypatch, capsys):
    found = figures(monkeypatch, capsys, "console")
    assert [line for line in found.values() if line["value"] is None] == []
    for who in ("corner", "chain", "operator"):
        assert found[f"console: dashboard, {who}"]["against"] == "hello page"
    assert found["console: count 2 km"]["ratio"] > 0

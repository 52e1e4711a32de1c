"""`flask doctor`: what it prints and how it ends."""

import json

import pytest
from sqlalchemy import text

from flashpromo.app import create_app
from flashpromo.db import app_now, session, transaction
from flashpromo.notify import partitions
from tests.story import activate


@pytest.fixture
def doctor(app):
    def run(*args):
        return app.test_cli_runner().invoke(args=["doctor", *args])

    return run


@pytest.fixture
def broken(world):
    """Alice was told from beyond the radius; the rows lie in DEFAULT besides."""
    activate(world)
    with transaction():
        session().execute(text("UPDATE notification SET distance_m = 2500"))


@pytest.fixture
def weeks(context, engine):
    with transaction():
        made = partitions.ensure(app_now().date())
    yield
    with engine.begin() as connection:
        for week in made:
            connection.execute(text(f"DROP TABLE {week}"))


def test_a_healthy_town_ends_well(doctor, weeks, world):
    activate(world)
    result = doctor()
    assert result.exit_code == 0, result.output
    assert "every promise holds" in result.output
    assert "one_holder" in result.output


def test_a_broken_promise_is_printed_with_its_rows_and_ends_with_1(doctor, broken):
    result = doctor()
    assert result.exit_code == 1
    assert "Nobody beyond the promo's radius is told." in result.output
    assert "2500.0" in result.output


def test_rows_are_bounded(doctor, context):
    result = doctor("--rows", "1")
    assert result.exit_code == 1
    assert "… and 5 more" in result.output  # six weeks are missing, two are told


def test_json_is_one_document(doctor, broken):
    result = doctor("--json")
    document = json.loads(result.stdout)
    assert result.exit_code == 1
    assert document["healthy"] is False
    checks = {check["name"]: check for check in document["checks"]}
    assert checks["within_the_radius"]["status"] == "violated"
    assert checks["within_the_radius"]["count"] == 1
    assert checks["within_the_radius"]["rows"][0]["distance_m"] == 2500
    assert checks["one_holder"] == {
        "name": "one_holder",
        "promise": "No unit ever has two holders at one instant.",
        "status": "ok",
        "count": 0,
        "rows": [],
        "skipped": "",
    }


def test_it_changes_nothing(doctor, broken):
    """Not even if it wanted to: it looks in a transaction that can only read."""
    before = session().execute(text("SELECT count(*) FROM notification")).scalar_one()
    doctor()
    assert session().execute(text("SELECT count(*) FROM notification")).scalar_one() == before


def test_without_a_database_it_says_so_in_one_line(settings):
    nowhere = "postgresql+psycopg2://postgres@/none?host=/nowhere"
    away = create_app(settings.model_copy(update={"database_url": nowhere}))
    result = away.test_cli_runner().invoke(args=["doctor"])
    assert result.exit_code == 1
    assert "The database does not answer" in result.output
    assert "Traceback" not in result.output

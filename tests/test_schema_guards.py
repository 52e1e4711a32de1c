"""Nobody gets past the guards, not even by plain SQL: each attempt is refused by the one meant."""

from collections.abc import Iterator

import pytest
from flask import Flask
from sqlalchemy import CheckConstraint, text
from sqlalchemy.dialects.postgresql import ExcludeConstraint
from sqlalchemy.exc import DBAPIError, IntegrityError

from flashpromo.db import Base, db, session
from tests.audience.stage import stage
from tests.guards import market, people, promos, records
from tests.guards.promos import ALLOWED
from tests.guards.standing import STANDING, change

REFUSED = market.REFUSED | people.REFUSED | promos.REFUSED | records.REFUSED
UNKNOWN_ZONES = [
    change("store", "time_zone = 'Mars/Olympus'"),
    change("client", "time_zone = 'Mars/Olympus'"),
    change("client", "time_zone = ''"),
    change("client", "next_time_zone = 'Nowhere', next_time_zone_from = '2026-05-02Z'"),
]


@pytest.fixture(scope="module")
def emptied(app) -> Flask:
    """Every act here is taken back, so the tables are emptied but once."""
    names = ", ".join(table.name for table in Base.metadata.sorted_tables)
    with app.app_context(), db.engine.begin() as connection:
        connection.execute(text(f"TRUNCATE {names}"))
    return app


@pytest.fixture
def standing(emptied) -> Iterator[None]:
    with emptied.app_context(), stage():
        session().execute(text(STANDING))
        yield


@pytest.mark.parametrize(
    ("guard", "attempt"),
    [(guard, attempt) for guard, attempts in REFUSED.items() for attempt in attempts],
)
def test_a_guard_refuses(standing, guard, attempt):
    with pytest.raises(IntegrityError) as refusal:
        session().execute(text(attempt))
    assert refusal.value.orig.diag.constraint_name == guard


@pytest.mark.parametrize("attempt", UNKNOWN_ZONES)
def test_a_time_zone_that_the_database_does_not_know_is_refused(standing, attempt):
    with pytest.raises(DBAPIError, match="time zone"):
        session().execute(text(attempt))


@pytest.mark.parametrize("attempt", ALLOWED.values(), ids=ALLOWED)
def test_what_the_rules_allow_is_not_refused(standing, attempt):
    session().execute(text(attempt))


def test_every_check_of_the_models_is_attempted():
    checks = {
        str(constraint.name)
        for table in Base.metadata.sorted_tables
        for constraint in table.constraints
        if isinstance(constraint, CheckConstraint | ExcludeConstraint)
    }
    # What no zone database knows raises before its check is even false.
    assert {name for name in checks if not name.endswith("time_zone_known")} <= REFUSED.keys()

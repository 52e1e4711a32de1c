"""The migrations go up, down and up again, and leave nothing to be desired."""

from collections.abc import Iterator
from datetime import date

import flask_migrate
import pytest
from flask import Flask
from sqlalchemy import inspect, make_url, text

from flashpromo.app import create_app
from flashpromo.db import Base, db, transaction
from flashpromo.notify import partitions
from tests.conftest import ROOT, recreate_database

MIGRATIONS = str(ROOT / "migrations")
POSTGIS = {"spatial_ref_sys", "geography_columns", "geometry_columns"}
DEFAULTS = {"notification_default", "delivery_default"}
LEFTOVERS = text("""
SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace
  AND NOT EXISTS (SELECT FROM pg_depend WHERE objid = pg_class.oid AND deptype = 'e')
  AND relkind <> 'c' AND relname !~ '^(alembic_version|spatial_ref_sys)'
UNION ALL
SELECT proname FROM pg_proc WHERE pronamespace = 'public'::regnamespace
  AND NOT EXISTS (SELECT FROM pg_depend WHERE objid = pg_proc.oid AND deptype = 'e')
""")


@pytest.fixture
def fresh(settings) -> Iterator[Flask]:
    """An application over an empty database of its own."""
    name = make_url(settings.database_url).database
    url = recreate_database(f"{name}_fresh").render_as_string(hide_password=False)
    app = create_app(settings.model_copy(update={"database_url": url}))
    with app.app_context():
        yield app
        db.session.remove()
        db.engine.dispose()


def tables() -> set[str]:
    return set(inspect(db.engine).get_table_names()) - POSTGIS - {"alembic_version"}


def leftovers() -> list[str]:
    with db.engine.connect() as connection:
        return list(connection.scalars(LEFTOVERS))


def test_every_model_has_its_table_and_every_table_its_model(fresh):
    flask_migrate.upgrade(directory=MIGRATIONS)
    assert tables() == set(Base.metadata.tables) | DEFAULTS


def test_up_down_and_up_again(fresh):
    flask_migrate.upgrade(directory=MIGRATIONS)
    before = leftovers()
    with db.engine.begin() as connection:
        connection.execute(text("INSERT INTO client (next_time_zone_from) VALUES (app_now())"))
    flask_migrate.downgrade(directory=MIGRATIONS, revision="base")
    assert leftovers() == []
    flask_migrate.upgrade(directory=MIGRATIONS)
    assert sorted(leftovers()) == sorted(before)


def test_down_takes_the_weeks_and_their_rows_along(fresh):
    flask_migrate.upgrade(directory=MIGRATIONS)
    with transaction():
        assert partitions.ensure(date(2026, 5, 1))
    flask_migrate.downgrade(directory=MIGRATIONS, revision="base")
    assert leftovers() == []


@pytest.mark.parametrize("with_weeks", [False, True], ids=["at first", "once weeks are made"])
def test_a_new_migration_would_be_empty(fresh, with_weeks):
    flask_migrate.upgrade(directory=MIGRATIONS)
    if with_weeks:
        with transaction():
            assert partitions.ensure(date(2026, 5, 1))
    flask_migrate.check(directory=MIGRATIONS)


def test_a_forgotten_migration_is_seen(fresh):
    """A twin: a column less than the models say, and the check fails."""
    flask_migrate.upgrade(directory=MIGRATIONS)
    with db.engine.begin() as connection:
        connection.execute(text("ALTER TABLE segment DROP COLUMN description"))
    with pytest.raises(SystemExit):
        flask_migrate.check(directory=MIGRATIONS)

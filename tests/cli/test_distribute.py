"""`flask db distribute` over a plain database, and over one with a stand-in for Citus.

Neither Debian nor PyPI has Citus. The stand-in (citus_stand_in.sql) is honest about the order, the
keys and the columns that Citus asks for, and about nothing else.
"""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from click.testing import Result
from sqlalchemy import create_engine, make_url, text
from sqlalchemy.engine import Engine

from flashpromo.app import create_app
from flashpromo.config import Settings
from flashpromo.db import Base, db
from flashpromo.operations import sharding
from tests.conftest import recreate_database
from tests.guards.standing import STANDING
from tests.test_schema import BEFORE_TABLES, CONSTRAINTS, distribution

STAND_IN = Path(__file__).with_name("citus_stand_in.sql").read_text()
PARTITIONS = """
CREATE TABLE notification_default PARTITION OF notification DEFAULT;
CREATE TABLE delivery_default PARTITION OF delivery DEFAULT;
"""
PLACED = "SELECT table_name::text, distribution_column, beside::text FROM citus_tables"

Run = Callable[..., Result]


@pytest.fixture(scope="module")
def plain(app, settings: Settings) -> Iterator[Engine]:
    """A database of its own, with a row or two in most tables."""
    url = recreate_database(f"{make_url(settings.database_url).database}_citus")
    engine = create_engine(url)
    with engine.begin() as connection:
        connection.execute(text(BEFORE_TABLES))
        Base.metadata.create_all(connection)
        connection.execute(text(PARTITIONS))
        connection.execute(text(STANDING))
    yield engine
    engine.dispose()


@pytest.fixture(scope="module")
def distribute(plain: Engine, settings: Settings) -> Iterator[Run]:
    """The command, in an application over that database."""
    url = plain.url.render_as_string(hide_password=False)
    app = create_app(settings.model_copy(update={"database_url": url}))
    runner = app.test_cli_runner(catch_exceptions=False)
    yield lambda *options: runner.invoke(args=["db", "distribute", *options])
    with app.app_context():
        db.engine.dispose()


@pytest.fixture(scope="module")
def with_citus(plain: Engine) -> Engine:
    with plain.begin() as connection:
        connection.connection.cursor().execute(STAND_IN)  # its percent signs are its own
    return plain


def ask(engine: Engine, question: str) -> list[tuple]:
    with engine.connect() as connection:
        return [tuple(row) for row in connection.execute(text(question))]


def counts(engine: Engine, schema: str) -> dict[str, int]:
    names = Base.metadata.tables
    return {name: ask(engine, f"SELECT count(*) FROM {schema}.{name}")[0][0] for name in names}


def test_without_citus_it_says_what_to_do_and_changes_nothing(distribute, plain):
    before = ask(plain, CONSTRAINTS)
    refused = distribute()
    assert refused.exit_code == 1
    assert "CREATE EXTENSION citus" in refused.stderr
    assert ask(plain, CONSTRAINTS) == before


def test_a_dry_run_needs_no_citus_and_names_every_table(distribute, plain):
    before = ask(plain, CONSTRAINTS)
    shown = distribute("--dry-run", "--shards", "64")
    assert shown.exit_code == 0
    for name, table in Base.metadata.tables.items():
        column = distribution(table)
        call = f"_table('{name}')" if column is None else f"_table('{name}', '{column}', "
        assert shown.stdout.count(
            f"create_{'reference' if column is None else 'distributed'}{call}"
        )
    assert shown.stdout.count("shard_count => 64") == shown.stdout.count("colocate_with => 'none'")
    assert ask(plain, CONSTRAINTS) == before


def test_an_interrupted_run_is_finished_by_the_next(distribute, with_citus):
    keys = set(ask(with_citus, CONSTRAINTS))
    rows = counts(with_citus, "public")
    assert sum(rows.values()) > 10
    with with_citus.begin() as connection:
        connection.execute(text("INSERT INTO lost_node VALUES ('promo_unit')"))
    stopped = distribute("--shards", "64")
    assert stopped.exit_code == 1
    assert "the remote node failed" in stopped.stderr
    placed = len(ask(with_citus, PLACED))
    assert 0 < placed < len(rows)
    with with_citus.begin() as connection:
        connection.execute(text("DELETE FROM lost_node"))
    went_on = distribute("--shards", "64")
    assert (went_on.exit_code, went_on.stderr.count(f"{placed} of {len(rows)} tables")) == (0, 1)
    assert counts(with_citus, "shards") == rows
    assert set(counts(with_citus, "public").values()) == {0}
    assert set(ask(with_citus, CONSTRAINTS)) == keys


def test_every_table_stands_where_the_models_say(with_citus):
    placed = {name: (column, beside) for name, column, beside in ask(with_citus, PLACED)}
    assert {name: column for name, (column, _) in placed.items()} == {
        name: distribution(table) for name, table in Base.metadata.tables.items()
    }
    together = {name for name, (_, beside) in placed.items() if beside == "promo_run"}
    assert together >= {"promo_unit", "reservation", "purchase"}
    assert {placed["notification"][1], placed["delivery"][1]} == {"client"}
    shards = ask(with_citus, "SELECT DISTINCT shard_count FROM citus_tables WHERE beside IS NULL")
    assert sorted(shards, key=str) == [(64,), (None,)]


def test_once_more_there_is_nothing_to_do(distribute, with_citus):
    again = distribute()
    assert (again.exit_code, again.stdout) == (0, "")
    assert "nothing left to do" in again.stderr


def test_a_key_that_was_lost_is_put_back(distribute, with_citus):
    keys = set(ask(with_citus, CONSTRAINTS))
    with with_citus.begin() as connection:
        connection.execute(
            text("ALTER TABLE purchase DROP CONSTRAINT fk_purchase_promo_id_unit_no_promo_unit")
        )
    assert distribute().stdout.startswith("ALTER TABLE purchase ADD CONSTRAINT")
    assert set(ask(with_citus, CONSTRAINTS)) == keys


def test_a_table_that_stands_elsewhere_is_refused(distribute, with_citus):
    with with_citus.begin() as connection:
        connection.execute(
            text(
                "UPDATE citus_tables SET distribution_column = 'x' "
                "WHERE table_name = 'client'::regclass"
            )
        )
    refused = distribute("--dry-run")
    assert refused.exit_code == 1
    assert "client is distributed by x" in refused.stderr


def test_keys_that_stand_together_have_one_type():
    tables = Base.metadata.tables
    for place in sharding.places():
        if place.beside is not None:
            head = tables[place.beside]
            own, other = tables[place.table].c[place.column], head.c[distribution(head)]
            assert str(own.type) == str(other.type), place.table

"""One database and one Redis number for each pytest worker, emptied before each test."""

import os
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import flask_migrate
import pytest
from argon2 import PasswordHasher
from flask import Flask
from flask.testing import FlaskClient
from redis import Redis
from sqlalchemy import create_engine, make_url, text
from sqlalchemy.engine import URL, Engine
from sqlalchemy.exc import OperationalError

from flashpromo.accounts import passwords
from flashpromo.app import create_app
from flashpromo.config import Settings
from flashpromo.db import Base, db
from tests.own_redis import OwnRedis, running_app
from tests.spreading import pytest_collection_modifyitems, pytest_xdist_make_scheduler
from tests.world import World

__all__ = ["pytest_collection_modifyitems", "pytest_xdist_make_scheduler"]

ROOT = Path(__file__).parents[1]

# Nobody guesses the passwords of tests: hashing them as slowly as real ones is all that many of the
# tests of pages would do. Processes that tests start keep the real cost.
passwords._HASHER = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
passwords._NOBODY = passwords._HASHER.hash("no password at all")

# A clock that tests can move: the rules know no other, so hours pass without a sleep.
TEST_CLOCK = """
CREATE TABLE test_clock (shift interval NOT NULL);
INSERT INTO test_clock VALUES ('0');
CREATE OR REPLACE FUNCTION app_now() RETURNS timestamptz LANGUAGE sql VOLATILE
AS 'SELECT clock_timestamp() + (SELECT shift FROM test_clock)';
"""

# A TRUNCATE of all tables gives each of them, and each of their indexes, a new file: that often is
# slower than the test itself. Few rows are deleted one by one instead, past the foreign keys; the
# lock waits, as TRUNCATE does, for whoever is still writing.
EMPTY_TABLES = """
CREATE FUNCTION empty_tables(names text[]) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    name text;
    bytes bigint;
BEGIN
    EXECUTE 'LOCK TABLE ' || array_to_string(names, ', ') || ' IN ACCESS EXCLUSIVE MODE';
    PERFORM set_config('session_replication_role', 'replica', true);
    FOREACH name IN ARRAY names LOOP
        SELECT pg_relation_size(name::regclass) + coalesce(sum(pg_relation_size(relid)), 0)
          INTO bytes FROM pg_partition_tree(name::regclass);
        IF bytes > 128 * 1024 THEN
            EXECUTE format('TRUNCATE %I CASCADE', name);
        ELSIF bytes > 0 THEN
            EXECUTE format('DELETE FROM %I', name);
        END IF;
    END LOOP;
    PERFORM setval(format('%I.%I', schemaname, sequencename)::regclass, 1, false)
       FROM pg_sequences WHERE last_value IS NOT NULL;
END $$;
"""

WEEKS = text(r"SELECT relname FROM pg_class WHERE relname ~ '^(notification|delivery)_w\d{8}$'")


def worker_number(config: pytest.Config) -> int:
    """0 for a plain run, 1… for the workers of xdist."""
    worker = getattr(config, "workerinput", {}).get("workerid", "gw-1")
    return int(worker.removeprefix("gw")) + 1


def recreate_database(name: str) -> URL:
    """Make an empty database on the test server and return its address."""
    server = make_url(Settings(secret_key="test").database_url)
    admin = create_engine(server.set(database="postgres"), isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)'))
        connection.execute(text(f'CREATE DATABASE "{name}"'))
    admin.dispose()
    return server.set(database=name)


@pytest.fixture(scope="session")
def settings(request: pytest.FixtureRequest) -> Settings:
    """Settings that point to this worker's own database and Redis number.

    They are put into the environment too, so that processes started by a test find the same.
    """
    number = worker_number(request.config)
    server = make_url(os.environ["DATABASE_URL"])
    url = recreate_database(f"{server.database}_{number}")
    os.environ["DATABASE_URL"] = url.render_as_string(hide_password=False)
    redis_url = os.environ["REDIS_URL"].partition("?")[0]
    os.environ["REDIS_URL"] = f"{redis_url}?db={number}"
    os.environ.setdefault("FLASHPROMO_ENV", "test")
    # A busy machine must not look like a dead Redis; the tests of a dead Redis set their own.
    os.environ.setdefault("FLASHPROMO_REDIS_TIMEOUT_MS", "5000")
    # A test may ask as fast as it can; the tests of the rates set their own.
    for subject in ("TOKEN", "ADDRESS"):
        os.environ.setdefault(f"FLASHPROMO_REQUESTS_PER_{subject}", "1000000")
    return Settings()


@pytest.fixture(scope="session")
def app(settings: Settings) -> Iterator[Flask]:
    """The application over a migrated database, for the whole run."""
    app = create_app(settings)
    app.testing = True
    with app.app_context():
        flask_migrate.upgrade(directory=str(ROOT / "migrations"))
        with db.engine.begin() as connection:
            connection.execute(text(TEST_CLOCK))
            connection.execute(text(EMPTY_TABLES))
    yield app
    with app.app_context():
        db.engine.dispose()


@pytest.fixture
def engine(app: Flask) -> Engine:
    """For second connections and plain SQL beside the session."""
    with app.app_context():
        return db.engine


@pytest.fixture
def redis(app: Flask, settings: Settings) -> Iterator[Redis]:
    """This worker's own Redis number, empty."""
    connection = Redis.from_url(settings.redis_url)
    connection.flushdb()
    yield connection
    connection.close()


@pytest.fixture
def clean(engine: Engine, redis: Redis) -> None:
    """Empty every table, drop the weeks that a test made, and set the clock right again."""
    empty(engine)


def empty(engine: Engine) -> None:
    """The same for a story that begins again.

    A web that a browser still asks may be reading: of a deadlock the loser tries again.
    """
    for _ in range(9):
        try:
            _empty(engine)
        except OperationalError:
            time.sleep(0.2)
        else:
            return
    _empty(engine)


def _empty(engine: Engine) -> None:
    names = [table.name for table in Base.metadata.sorted_tables]
    with engine.begin() as connection:
        for week in connection.scalars(WEEKS).all():
            connection.execute(text(f"DROP TABLE {week}"))
        connection.execute(text("SELECT empty_tables(:names)"), {"names": names})
        connection.execute(text("UPDATE test_clock SET shift = '0'"))


@pytest.fixture
def context(app: Flask, clean: None) -> Iterator[None]:
    """An application context over empty tables."""
    with app.app_context():
        yield


@pytest.fixture
def client(app: Flask, clean: None) -> FlaskClient:
    """An HTTP client over empty tables."""
    return app.test_client()


@dataclass
class Clock:
    """The clock of the rules, moved for all connections and processes at once."""

    engine: Engine

    def advance(self, **delta: float) -> None:
        """Let time pass: `clock.advance(seconds=61)`."""
        with self.engine.begin() as connection:
            connection.execute(
                text("UPDATE test_clock SET shift = shift + :by"), {"by": timedelta(**delta)}
            )


@pytest.fixture
def clock(engine: Engine) -> Clock:
    """Moves the time of the rules."""
    return Clock(engine)


@pytest.fixture
def world(context: None) -> World:
    """TechShop on the Zócalo, its merchant, and the clients Alice, Bob, Carol, Dan and Erin."""
    return World.build()


@pytest.fixture
def own_redis(app: Flask, clean: None, settings: Settings, tmp_path: Path) -> Iterator[OwnRedis]:
    """A second Redis, and a context of an application that uses it; name it after `world`."""
    own = OwnRedis(tmp_path)
    own.start()
    try:
        with running_app(own, settings):
            yield own
    finally:
        own.stop()


@pytest.fixture
def no_redis(own_redis: OwnRedis) -> None:
    """The application's Redis is gone."""
    own_redis.stop()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say how much was tried: the sums of what tests recorded as `counted …`."""
    totals: Counter[str] = Counter()
    for reports in terminalreporter.stats.values():
        for report in reports:
            if getattr(report, "when", None) == "teardown":
                for name, count in report.user_properties:
                    if name.startswith("counted "):
                        totals[name.removeprefix("counted ")] += count
    for name, total in sorted(totals.items()):
        terminalreporter.write_line(f"{name}: {total}")

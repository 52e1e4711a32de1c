"""The migration to 0002 goes up while the service runs, and down without giving anybody more."""

import re
from collections.abc import Iterator
from contextlib import contextmanager

import flask_migrate
import pytest
from flask import Flask
from sqlalchemy import create_engine, event, make_url, text
from sqlalchemy.exc import DBAPIError

from flashpromo.app import create_app
from flashpromo.db import db
from tests.conftest import recreate_database
from tests.test_migrations import MIGRATIONS

OLD_ROWS = """
INSERT INTO auth_token (token_hash, username, client_id, expires_at)
    SELECT sha256(number::text::bytea), 'alice', 1, app_now() + interval '1 day'
    FROM generate_series(1, 6000) AS number;
INSERT INTO segment (name) VALUES ('new'), ('regular');
INSERT INTO client (latitude, longitude, located_at, segment_ids, opted_in, created_at, updated_at)
    VALUES (52.5, 13.4, app_now(), '{1}', true, app_now(), app_now())
"""
FILES = """
SELECT relname, relfilenode FROM pg_class
WHERE relname IN ('auth_token', 'client', 'product', 'promo_run', 'segment') ORDER BY relname
"""
HELD = text("""
SELECT relname, mode FROM pg_locks JOIN pg_class ON pg_class.oid = relation
WHERE pid = :pid AND granted
  AND mode NOT IN ('AccessShareLock', 'RowShareLock', 'RowExclusiveLock',
                   'ShareUpdateExclusiveLock')
""")
# What PostgreSQL says at level debug1 when it reads or writes the whole of a table.
WHOLE = re.compile(r'(rewriting|verifying) table "|building index "[^"]+" on table "')
GENTLE = re.compile(r"VALIDATE CONSTRAINT|INDEX CONCURRENTLY|CREATE TABLE|ON kept_answer")


@pytest.fixture
def at_0001(settings) -> Iterator[Flask]:
    """An application over a database of before, with people in it."""
    name = make_url(settings.database_url).database
    url = recreate_database(f"{name}_serving")
    telling = url.update_query_dict({"options": "-c client_min_messages=debug1"})
    address = telling.render_as_string(hide_password=False)
    app = create_app(settings.model_copy(update={"database_url": address}))
    with app.app_context():
        flask_migrate.upgrade(directory=MIGRATIONS, revision="0001")
        with db.engine.begin() as connection:
            connection.execute(text(OLD_ROWS))
        yield app
        db.session.remove()
        db.engine.dispose()


def ask(question: str) -> list[tuple]:
    with db.engine.connect() as connection:
        return [tuple(row) for row in connection.execute(text(question))]


@contextmanager
def watched() -> Iterator[list[str]]:
    """What the migration does that readers or writers would have to wait for."""
    seen: list[str] = []
    other = create_engine(db.engine.url)

    def look(connection, cursor, statement, *_) -> None:
        del cursor.connection.notices[:]
        with other.connect() as beside:
            held = beside.execute(HELD, {"pid": cursor.connection.info.backend_pid}).all()
        seen.extend(f"holds {mode} of {table} at: {statement}" for table, mode in held)

    def listen(connection, cursor, statement, *_) -> None:
        if not GENTLE.search(statement):
            told = filter(WHOLE.search, cursor.connection.notices)
            seen.extend(f"{notice.strip()} by: {statement}" for notice in told)

    event.listen(db.engine, "before_cursor_execute", look)
    event.listen(db.engine, "after_cursor_execute", listen)
    try:
        yield seen
    finally:
        event.remove(db.engine, "before_cursor_execute", look)
        event.remove(db.engine, "after_cursor_execute", listen)
        other.dispose()


def test_nobody_waits_while_a_table_is_read_or_written_through(at_0001):
    files = ask(FILES)
    with watched() as seen:
        flask_migrate.upgrade(directory=MIGRATIONS, revision="0002")
    assert seen == []
    assert ask(FILES) == files
    assert ask("SELECT count(DISTINCT id), count(*) FROM auth_token WHERE kind = 'token'") == [
        (6000, 6000)
    ]
    assert ask("SELECT count(*) FROM segment WHERE updated_at IS NULL") == [(0,)]


def test_a_table_that_somebody_holds_is_not_waited_for_and_the_second_run_ends_it(at_0001):
    """The half that was done is no obstacle."""
    with db.engine.begin() as holder:
        holder.execute(text("LOCK TABLE product IN ACCESS SHARE MODE"))
        with pytest.raises(DBAPIError, match="lock timeout"):
            flask_migrate.upgrade(directory=MIGRATIONS, revision="0002")
    assert ask("SELECT version_num FROM alembic_version") == [("0001",)]
    assert ask("SHOW lock_timeout") == [("0",)]
    flask_migrate.upgrade(directory=MIGRATIONS)
    flask_migrate.check(directory=MIGRATIONS)


def test_down_leaves_only_what_was_good_for_everything(at_0001):
    flask_migrate.upgrade(directory=MIGRATIONS, revision="0002")
    with db.engine.begin() as connection:
        connection.execute(
            text("UPDATE auth_token SET scopes = '{account:read}' WHERE id > :half"),
            {"half": "80000000-0000-0000-0000-000000000000"},
        )
        connection.execute(
            text("UPDATE auth_token SET kind = 'session' WHERE id < :tenth"),
            {"tenth": "19999999-0000-0000-0000-000000000000"},
        )
    whole = ask("SELECT count(*) FROM auth_token WHERE kind = 'token' AND scopes IS NULL")
    flask_migrate.downgrade(directory=MIGRATIONS, revision="0001")
    assert ask("SELECT count(*) FROM auth_token") == whole
    assert 0 < whole[0][0] < 6000

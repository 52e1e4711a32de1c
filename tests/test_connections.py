"""Connections that rest are looked at before they are lent; transactions are bounded at once."""

import io

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import OperationalError

from flashpromo import connections
from flashpromo.db import db, driver_cursor, session, transaction
from tests.story import statements

PID = text("SELECT pg_backend_pid()")
TIMEOUT = text("SHOW statement_timeout")


@pytest.fixture
def rested(context, engine: Engine) -> int:
    """A connection of the pool has been used and given back; the server ends it."""
    db.engine.dispose()
    pid = session().scalar(PID)
    session().rollback()
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as same:
        assert same.scalar(PID) == pid  # there is one, and it is the one that will be lent
        other = engine.dialect.connect(**engine.dialect.create_connect_args(engine.url)[1])
    other.autocommit = True
    with other.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(%s, 5000)", (pid,))
        assert cursor.fetchone() == (True,)
    other.close()
    return pid


def test_one_that_the_server_has_ended_costs_no_request(rested: int):
    with transaction():
        assert session().scalar(PID) != rested


def test_one_whose_end_nobody_told_is_asked_after_a_rest(
    rested: int, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(connections, "_has_news", lambda _: False)
    monkeypatch.setattr(connections, "TRUSTED_SECONDS", 0)
    with transaction():
        assert session().scalar(PID) != rested


def test_without_the_look_the_request_fails(rested: int, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(connections, "_has_news", lambda _: False)
    with pytest.raises(OperationalError), transaction():
        session().scalar(PID)


def test_one_that_is_good_is_asked_nothing(context):
    session().scalar(PID)
    session().rollback()
    with statements() as sent, transaction(timeout_seconds=7):
        session().execute(TIMEOUT)
    assert [each.rpartition("; ")[2] for each in sent] == ["SHOW statement_timeout"]


def first_of_many() -> None:
    session().connection().execute(
        text("INSERT INTO segment (name) VALUES (:name)"), [{"name": "One"}, {"name": "Two"}]
    )


def first_in_pieces() -> None:
    found = session().execute(
        text("SELECT generate_series(1, 9)"), execution_options={"stream_results": True}
    )
    assert len(found.all()) == 9


def first_by_the_driver() -> None:
    with driver_cursor() as cursor:
        cursor.copy_expert("COPY segment (name) FROM STDIN", io.StringIO("One\n"))


@pytest.mark.parametrize("first", [first_of_many, first_in_pieces, first_by_the_driver])
def test_a_transaction_is_bounded_whatever_comes_first(context, first):
    with transaction(timeout_seconds=7):
        first()
        assert session().scalar(TIMEOUT) == "7s"
    with transaction():
        assert session().scalar(TIMEOUT) == "0"

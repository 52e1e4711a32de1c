"""The one place that commits, and what it does around a commit."""

import io
from contextlib import suppress
from datetime import UTC, timedelta

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DataError, IntegrityError, OperationalError

from flashpromo import barriers, db
from flashpromo.audience.models import Segment
from flashpromo.db import (
    after_commit,
    app_now,
    around_commit,
    attempt,
    before_commit,
    session,
    transaction,
)
from flashpromo.errors import NotFound
from tests.story import statements


def add(name: str) -> None:
    session().add(Segment(name=name))


def names() -> list[str]:
    """As another connection sees them."""
    with db.db.engine.connect() as connection:
        return list(connection.scalars(select(Segment.name).order_by(Segment.id)))


def test_what_the_block_does_is_committed(context):
    with transaction():
        add("one")
        assert names() == []
    assert names() == ["one"]


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt])
def test_a_block_that_fails_leaves_nothing(context, error):
    def block() -> None:
        with transaction():
            add("one")
            session().flush()
            raise error

    with pytest.raises(error):
        block()
    assert names() == []
    assert session().scalars(select(Segment)).all() == []


def test_a_commit_that_fails_leaves_nothing_and_calls_nobody(context):
    called = []

    def block() -> None:
        with transaction():
            after_commit(lambda: called.append("after"))
            around_commit("stamp", lambda: called.append("around"))
            add("one")
            add("one")

    with pytest.raises(IntegrityError):
        block()
    assert names() == []
    assert called == []


def test_hooks_see_the_committed_change_in_their_order(context):
    seen = []
    with transaction():
        after_commit(lambda: seen.append(("first", names())))
        add("one")
        after_commit(lambda: seen.append(("second", names())))
        assert seen == []
    assert seen == [("first", ["one"]), ("second", ["one"])]


def test_a_rollback_forgets_the_hooks(context):
    seen = []
    with suppress(ValueError), transaction():
        after_commit(lambda: seen.append("after"))
        around_commit("stamp", lambda: seen.append("around"))
        raise ValueError
    with transaction():
        add("one")
    assert seen == []


def test_what_goes_around_a_commit_goes_before_and_after_it(context):
    seen = []
    with transaction():
        add("one")
        around_commit("stamp", lambda: seen.append(names()))
        after_commit(lambda: seen.append("after"))
    assert seen == [[], ["one"], "after"]


def test_it_goes_once_for_each_key_however_often_it_is_asked_for(context):
    seen = []
    with transaction():
        for key in ("a", "b", "a"):
            around_commit(key, lambda key=key: seen.append(key))
    assert seen == ["a", "b", "a", "b"]


def test_a_hook_that_fails_does_not_look_like_a_failed_change(context, caplog):
    seen = []
    with transaction():
        add("one")
        after_commit(lambda: 1 / 0)
        after_commit(lambda: seen.append("second"))
    assert names() == ["one"]
    assert seen == ["second"]
    assert "an after-commit hook failed" in caplog.text


def test_a_hook_may_open_a_transaction_of_its_own(context):
    def follow() -> None:
        with transaction():
            add("two")

    with transaction():
        add("one")
        after_commit(follow)
    assert names() == ["one", "two"]


def test_transactions_do_not_nest(context):
    def block() -> None:
        with transaction():
            add("one")
            with transaction():
                add("never")

    with pytest.raises(RuntimeError, match="does not nest"):
        block()
    assert names() == []
    with transaction():  # and the refusal leaves no trace
        add("two")
    assert names() == ["two"]


@pytest.mark.parametrize(
    "register",
    [
        after_commit,
        lambda hook: around_commit("key", hook),
        lambda hook: before_commit(hook, "item"),
    ],
)
def test_a_hook_needs_an_open_transaction(context, register):
    with pytest.raises(RuntimeError, match="no transaction"):
        register(lambda: None)


def test_a_time_limit_holds_for_its_transaction_only(context):
    with pytest.raises(OperationalError, match="statement timeout"), transaction(timeout_seconds=1):
        session().execute(text("SELECT pg_sleep(5)"))
    with transaction():
        assert session().execute(text("SHOW statement_timeout")).scalar_one() == "0"


def test_a_crash_just_before_the_commit_leaves_nothing(context, monkeypatch):
    def crash(place: str) -> None:
        if place == "transaction.ready":
            raise SystemExit

    monkeypatch.setattr(barriers, "listener", crash)
    with pytest.raises(SystemExit), transaction():
        add("one")
    assert names() == []


def test_the_clock_is_aware_utc_and_goes_on_inside_a_transaction(context, clock):
    with transaction():
        first = app_now()
        second = app_now()
    assert first.tzinfo is UTC
    assert first < second
    clock.advance(hours=1)
    assert timedelta(hours=1) < app_now() - first < timedelta(hours=1, minutes=1)


def bounds() -> tuple[str, str]:
    """The present transaction's limits, of a statement and of standing still."""
    names = ("statement_timeout", "idle_in_transaction_session_timeout")
    return tuple(session().execute(text(f"SHOW {name}")).scalar_one() for name in names)


def test_a_request_s_transaction_is_bounded_from_its_first_statement(app, clean):
    with app.test_request_context(), transaction():
        assert bounds() == ("30s", "30s")
    with app.test_request_context():
        app_now()  # a look before, as for a token
        with transaction():
            assert bounds() == ("30s", "30s")


def test_a_transaction_without_a_statement_sends_none(app, clean):
    with app.test_request_context(), statements() as sent, transaction():
        pass
    assert sent == []


def test_a_command_may_take_its_time(context):
    with transaction():
        assert bounds() == ("0", "0")


def test_an_attempt_that_fails_is_undone_with_its_hooks(context):
    rung: list[str] = []
    with transaction():
        add("before")
        after_commit(lambda: rung.append("before"))
        around_commit("kept", lambda: rung.append("kept"))
        with suppress(ValueError), attempt():
            add("within")
            after_commit(lambda: rung.append("within"))
            around_commit("kept", lambda: rung.append("replaced"))
            around_commit("new", lambda: rung.append("new"))
            raise ValueError
        add("after")
    assert names() == ["before", "after"]
    assert rung == ["kept", "kept", "before"]


def test_an_attempt_that_succeeds_is_part_of_the_transaction(context):
    rung: list[str] = []
    with suppress(ValueError), transaction():
        with attempt():
            add("within")
            after_commit(lambda: rung.append("within"))
        raise ValueError
    assert (names(), rung) == ([], [])
    with transaction(), attempt():
        add("within")
        after_commit(lambda: rung.append("within"))
    assert (names(), rung) == (["within"], ["within"])


def test_after_a_database_error_an_attempt_lets_the_transaction_go_on(context):
    with transaction():
        add("one")
        with suppress(IntegrityError), attempt():
            add("one")
        add("two")
    assert names() == ["one", "two"]


def test_what_is_written_last_is_written_at_once_and_part_of_the_change(context):
    written: list[list[str]] = []

    def write(items) -> None:
        written.append(list(items))
        add("log")

    with transaction():
        before_commit(write, "one")
        around_commit("stamp", lambda: written.append(["stale"]))
        before_commit(write, "two")
        add("change")
        assert written == []
    assert written == [["one", "two"], ["stale"], ["stale"]]
    assert names() == ["change", "log"]


def test_an_attempt_that_fails_takes_what_it_would_have_written_along(context):
    written: list[str] = []
    with transaction():
        before_commit(written.extend, "a")
        with suppress(ValueError), attempt():
            before_commit(written.extend, "b")
            raise ValueError
        with attempt():
            before_commit(written.extend, "c")
    assert written == ["a", "c"]


def test_a_writing_that_fails_fails_the_change(context):
    rung: list[str] = []

    def write(_items) -> None:
        raise KeyError

    def block() -> None:
        with transaction():
            add("one")
            before_commit(write, "item")
            after_commit(lambda: rung.append("after"))

    with pytest.raises(KeyError):
        block()
    assert (names(), rung) == ([], [])


IDLE_END = text("SET LOCAL idle_in_transaction_session_timeout = 1")
OWN_BACKEND = text("SELECT pg_backend_pid()")
BACKEND_IS_THERE = text("SELECT count(*) FROM pg_stat_activity WHERE pid = :pid")


def lose_connection() -> None:
    """The database ends the open transaction's connection because it stands still."""
    pid = session().scalar(OWN_BACKEND)
    session().execute(IDLE_END)
    with db.db.engine.connect() as other:
        while other.scalar(BACKEND_IS_THERE, {"pid": pid}):
            other.rollback()


def copy(lines: str = "1\n") -> None:
    with db.driver_cursor() as cursor:
        cursor.copy_expert("COPY pg_temp.numbers FROM STDIN", io.StringIO(lines))


@pytest.mark.parametrize("use", [app_now, copy, lambda: add("one")])
def test_a_connection_that_is_gone_is_an_outage(context, use):
    def block() -> None:
        with transaction():
            lose_connection()
            use()

    with pytest.raises(OperationalError):
        block()
    with transaction():
        add("two")
    assert names() == ["two"]


def test_a_refusal_stays_what_it_is_when_the_connection_is_gone(context):
    def block() -> None:
        with transaction():
            lose_connection()
            raise NotFound

    with pytest.raises(NotFound):
        block()
    with transaction():
        add("two")
    assert names() == ["two"]


def test_what_the_driver_refuses_is_told_as_everything_else_is(context):
    def block() -> None:
        with transaction():
            session().execute(text("CREATE TEMPORARY TABLE numbers (number int) ON COMMIT DROP"))
            copy("one\n")

    with pytest.raises(DataError):
        block()

"""The database handle, the one clock, and the only place that commits.

A door opens `with transaction():` around one call of the domain. What must happen once the change
is visible (ring a queue, wake a listener) is handed to `after_commit`; a rollback forgets it. What
marks a cache stale is handed to `around_commit`, which runs just before the commit and again after
it, so that no reader can store a list that it read in between. What is to be written last, all at
once, is handed to `before_commit`. A door that goes on after a refusal makes an `attempt` of it.
"""

import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from typing import Any, Final

from flask import has_request_context
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import Connection, MetaData, event, text
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.orm import DeclarativeBase, Session, SessionTransaction

from flashpromo import config, connections
from flashpromo.barriers import barrier

log = logging.getLogger(__name__)

Hook = Callable[[], object]
Writer = Callable[[Sequence[Any]], object]

REFERENCE: Final[dict[str, Any]] = {"citus": "reference"}


def distributed_by(column: str) -> dict[str, Any]:
    """`Table.info` of a table that a Citus cluster shards by `column`."""
    return {"citus": {"distributed_by": column}}


class Base(DeclarativeBase):
    """Base of all models; every constraint gets a predictable name."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


NOW: Final = text("SELECT app_now()")

db = SQLAlchemy(model_class=Base, session_options={"expire_on_commit": False})


@dataclass
class _Outbox:
    """What waits for the end of the open transaction."""

    before: dict[Writer, tuple[Any, ...]] = field(default_factory=dict)
    around: dict[object, Hook] = field(default_factory=dict)
    after: list[Hook] = field(default_factory=list)
    together: dict[Writer, tuple[Any, ...]] = field(default_factory=dict)
    seconds: int | None = None

    def go_before(self) -> None:
        """What is to be done right before the commit; the writing first."""
        for write, items in self.before.items():
            write(items)
        for hook in self.around.values():
            hook()

    def come_after(self) -> list[Hook]:
        """What is to be done once the change is visible."""
        last = (partial(write, items) for write, items in self.together.items())
        return [*self.around.values(), *self.after, *last]


def session() -> Session:
    """The session of the current application context."""
    return db.session()


def app_now() -> datetime:
    """The only clock of the rules: the database's wall clock, aware UTC.

    Read it once, after the locks, and pass it on as a parameter.
    """
    now: datetime = session().execute(NOW).scalar_one()
    return now.astimezone(UTC)


@contextmanager
def transaction(*, timeout_seconds: int | None = None) -> Iterator[Session]:
    """Commit what the block does, or roll all of it back; then run the hooks.

    Args:
        timeout_seconds: `statement_timeout` of this transaction. When None, the setting's for a
            request, and the role's for a command: an import may take its time.

    Raises:
        RuntimeError: when another transaction() is open: a domain function must not open one.
    """
    current = session()
    if "outbox" in current.info:
        raise RuntimeError("transaction() does not nest: open it in the door only")
    outbox = current.info["outbox"] = _Outbox()
    if timeout_seconds is None and has_request_context():
        timeout_seconds = config.current().statement_timeout_seconds
    try:
        if timeout_seconds is not None:
            outbox.seconds = timeout_seconds
            if current.in_transaction():
                connections.bound(current.connection(), timeout_seconds)
        yield current
        current.flush()
        outbox.go_before()
        barrier("transaction.ready")
        current.commit()
        barrier("transaction.committed")
    except BaseException:
        _roll_back(current)
        raise
    finally:
        del current.info["outbox"]
    for hook in outbox.come_after():
        _run_quietly(hook)


@contextmanager
def driver_cursor() -> Iterator[Any]:
    """The driver's own cursor in the open transaction; what it raises is told as everywhere else.

    Raises:
        OperationalError: the connection is gone, or a statement took too long.
        DBAPIError: another class of it, for whatever else the database refuses.
    """
    connection = session().connection()
    driver: Any = connection.connection
    try:
        connections.say_bounds(driver)
        with closing(driver.cursor()) as cursor:
            yield cursor
    except connection.dialect.loaded_dbapi.Error as error:
        if driver.closed:
            connection.invalidate(error)
            raise OperationalError(None, None, error, connection_invalidated=True) from error
        base = connection.dialect.loaded_dbapi.Error
        raise DBAPIError.instance(None, None, error, base, dialect=connection.dialect) from error


@contextmanager
def attempt() -> Iterator[None]:
    """A part of the open transaction that may fail alone: it is undone, and its hooks forgotten."""
    outbox = _outbox()
    before, around = dict(outbox.before), dict(outbox.around)
    after, together = list(outbox.after), dict(outbox.together)
    try:
        with session().begin_nested():
            yield
    except BaseException:
        outbox.before, outbox.around = before, around
        outbox.after, outbox.together = after, together
        raise


def _roll_back(current: Session) -> None:
    """Undo the open transaction; over a connection that is gone there is nothing left to undo."""
    try:
        current.rollback()
    except DBAPIError as error:
        log.warning("a connection was gone before its rollback: %s", error.orig)
        current.invalidate()


@event.listens_for(Session, "after_begin")
def _bound(current: Session, began: SessionTransaction, connection: Connection) -> None:
    outbox: _Outbox | None = current.info.get("outbox")
    if outbox is not None and outbox.seconds is not None and not began.nested:
        connections.bound(connection, outbox.seconds)


def before_commit(write: Writer, item: Any) -> None:
    """Let `write` have `item` right before the commit, in one call with all it is given by then."""
    before = _outbox().before
    before[write] = (*before.get(write, ()), item)


def after_commit(hook: Hook) -> None:
    """Run `hook` once the open transaction has committed; never if it rolls back."""
    _outbox().after.append(hook)


def together_after_commit(write: Writer, item: Any) -> None:
    """Like `before_commit`, once the open transaction has committed; never if it rolls back."""
    together = _outbox().together
    together[write] = (*together.get(write, ()), item)


def around_commit(key: object, hook: Hook) -> None:
    """Run `hook` just before the commit and again after it; once per `key`."""
    _outbox().around[key] = hook


def _outbox() -> _Outbox:
    outbox: _Outbox | None = session().info.get("outbox")
    if outbox is None:
        raise RuntimeError("no transaction() is open")
    return outbox


def _run_quietly(hook: Hook) -> None:
    """The change is committed: a failing bell must not look like a failed change.

    Whatever a lost hook should have started is found again by the sweep.
    """
    try:
        hook()
    except Exception:
        log.exception("an after-commit hook failed")

"""What every connection to the database is held to, whoever sends what over it.

A transaction is bounded in time by the message of its first statement. A connection that rested is
looked at before it is lent, so that a restarted database costs no request; one that breaks is told
as an outage, however that was found out.
"""

import time
from contextlib import closing
from select import POLLIN, poll
from typing import Any, Final

from sqlalchemy import Connection, Engine, ExceptionContext, event
from sqlalchemy.exc import InvalidatePoolError, OperationalError
from sqlalchemy.pool import ConnectionPoolEntry, Pool

from flashpromo.meters import instruments

BOUNDS: Final = (
    "SET LOCAL statement_timeout = '{seconds:d}s'; "
    "SET LOCAL idle_in_transaction_session_timeout = '30s'; "
)
"""A process that stands still in the middle of a transaction gives up its locks after that."""
UNSAID: Final = "flashpromo_bounds"
RESTED: Final = "flashpromo_rested"
TRUSTED_SECONDS: Final = 10
"""A connection that was used since then, and has not been closed, is taken for a good one."""


def bound(connection: Connection, seconds: int) -> None:
    """Let no statement of the transaction that begins on `connection` take longer than that."""
    connection.info[UNSAID] = BOUNDS.format(seconds=seconds)


def say_bounds(connection: Any) -> None:
    """For whoever sends statements by the driver itself: over this connection of the pool."""
    bounds: str | None = connection.info.pop(UNSAID, None)
    if bounds is not None:
        _send(connection, bounds)


@event.listens_for(Engine, "before_cursor_execute", retval=True)
def _bounded(
    connection: Connection, cursor: Any, statement: str, parameters: Any, _: Any, is_many: bool
) -> tuple[str, Any]:
    """Bound a transaction in the same message as its first statement: that costs no round trip."""
    if is_many or getattr(cursor, "name", None):  # repeated, or read in pieces: no place for it
        say_bounds(connection.connection)
    return connection.info.pop(UNSAID, "") + statement, parameters


@event.listens_for(Pool, "checkout")
def _lent(connection: Any, record: ConnectionPoolEntry, _: object) -> None:
    """Leave out a connection that has ended since, so that a restarted database costs no request.

    To ask each time whether it is still good would take as long as the work of a short request. One
    that the other side has closed tells it by itself: there is something to be read.
    """
    rested = record.info.get(RESTED)
    if rested is not None and (
        _has_news(connection) or time.monotonic() - rested > TRUSTED_SECONDS
    ):
        try:
            _send(connection, "SELECT")
            connection.rollback()
        except connection.Error as error:
            raise InvalidatePoolError from error
    instruments.POOL_IN_USE.inc()


@event.listens_for(Pool, "checkin")
def _given_back(_: object, record: ConnectionPoolEntry) -> None:
    record.info[RESTED] = time.monotonic()
    record.info.pop(UNSAID, None)
    instruments.POOL_IN_USE.dec()


def _has_news(connection: Any) -> bool:
    """Whether the server has said something that nobody asked for, such as its farewell."""
    if connection.closed:
        return True
    socket = poll()
    socket.register(connection.fileno(), POLLIN)
    return bool(socket.poll(0))


def _send(driver: Any, statement: str) -> None:
    """Send a statement that answers nothing, by the driver itself."""
    with closing(driver.cursor()) as cursor:
        cursor.execute(statement)


@event.listens_for(Engine, "handle_error")
def _outage(context: ExceptionContext) -> Exception | None:
    """A connection that is gone is an outage, by whatever error the driver finds that out."""
    if not context.is_disconnect or isinstance(context.sqlalchemy_exception, OperationalError):
        return None
    gone = context.original_exception
    return OperationalError(context.statement, None, gone, connection_invalidated=True)

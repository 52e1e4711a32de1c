"""How the database goes about what the service asks: the plans of the very statements it sends."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import event, text

from flashpromo.db import db, session

Sent = list[tuple[str, Any]]


def plans_of(question: Callable[[], object]) -> str:
    """Call something and return the plans of all the queries that it sent, as they are now."""
    with _listening() as sent:
        question()
    return "\n".join(_plan(*each) for each in sent if "SELECT" in each[0])


def analyze(*tables: str) -> None:
    """Let the planner know how large these tables are."""
    for table in tables:
        session().execute(text(f"ANALYZE {table}"))


@contextmanager
def _listening() -> Iterator[Sent]:
    sent: Sent = []

    def note(_connection, _cursor, statement, parameters, _context, _many):
        sent.append((statement, parameters))

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        event.remove(db.engine, "before_cursor_execute", note)


def _plan(statement: str, parameters: Any) -> str:
    rows = session().connection().exec_driver_sql(f"EXPLAIN {statement}", parameters)
    return "\n".join(row[0] for row in rows)

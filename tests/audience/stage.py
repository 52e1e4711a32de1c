"""A stage: one transaction with a clock that stands still, taken back when the act is over.

Nothing is committed, so hundreds of acts can be played over the same empty tables; and because the
time stands still, a fix can be exactly as old as it may be.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from sqlalchemy import text

from flashpromo.db import session, transaction

PATHS = {
    "index": ("enable_seqscan",),
    "sequential": ("enable_indexscan", "enable_indexonlyscan", "enable_bitmapscan"),
}


class _CurtainError(Exception):
    """Ends the act and rolls it back."""


@contextmanager
def stage(now: datetime | None = None) -> Iterator[None]:
    """Play an act and forget it; with `now`, the clock of the rules stands still at it."""
    try:
        with transaction():
            if now is not None:
                stop_the_clock(now)
            yield
            raise _CurtainError
    except _CurtainError:
        pass


def stop_the_clock(now: datetime) -> None:
    """Let `app_now()` say `now` until the open transaction ends."""
    session().execute(
        text(
            "CREATE OR REPLACE FUNCTION app_now() RETURNS timestamptz LANGUAGE sql VOLATILE "
            f"AS $$SELECT timestamptz '{now.isoformat()}'$$"
        )
    )


@contextmanager
def rehearsal() -> Iterator[None]:
    """A part of an act that is taken back before the act goes on."""
    point = session().begin_nested()
    try:
        yield
    finally:
        point.rollback()


@contextmanager
def path(name: str) -> Iterator[None]:
    """Let the planner find rows only by this path: a key of `PATHS`."""
    with rehearsal():
        for setting in PATHS[name]:
            session().execute(text(f"SET LOCAL {setting} = off"))
        yield

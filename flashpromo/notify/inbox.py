"""A client's inbox: its notifications, newest first, each read once.

The day is the natural key of a message within its client. All reads go by the first key of the
primary key, one probe a week's partition. So many messages are at least so many days old: a page is
looked for in the last weeks first, and farther back only where those do not fill it.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from sqlalchemy import ColumnElement, func, select, true, update

from flashpromo import cache
from flashpromo.db import app_now, session
from flashpromo.errors import NotFound
from flashpromo.notify.models import Notification

LEAST_DAYS: Final = 14
FARTHER: Final = 8
"""A client that is told but once a week has its messages in about so many times the days."""
LONGEST_LOOK: Final = 200
"""In days; what is looked for farther back is looked for everywhere."""


@dataclass(frozen=True)
class Count:
    """How many messages a client has, and how many of them are unread."""

    total: int
    unread: int


def count(client_id: int) -> Count:
    """Count the client's messages: one query."""
    unread = func.count().filter(Notification.opened_at.is_(None))
    row = (
        session()
        .execute(select(func.count(), unread).where(Notification.client_id == client_id))
        .one()
    )
    return Count(*row)


def page(
    client_id: int, *, unread_only: bool = False, limit: int, offset: int
) -> Sequence[Notification]:
    """A page of the client's messages, newest first: a query for each look farther back."""
    query = (
        select(Notification)
        .where(
            Notification.client_id == client_id,
            Notification.opened_at.is_(None) if unread_only else true(),
        )
        .order_by(Notification.local_day.desc())
        .limit(limit)
        .offset(offset)
        .execution_options(populate_existing=True)
    )
    found: Sequence[Notification] = ()
    for days in _farther_and_farther(offset + limit):
        found = session().scalars(query.where(days)).all()
        if len(found) >= limit:
            break
    return found


def _farther_and_farther(messages: int) -> Iterator[ColumnElement[bool]]:
    """The days in which so many messages of one client may be, and at last all days."""
    today, day = app_now().date(), timedelta(days=1)
    for days in (max(LEAST_DAYS, messages), max(LEAST_DAYS, messages) * FARTHER):
        if days < LONGEST_LOOK:
            yield Notification.local_day.between(today - days * day, today + day)
    yield true()


def read(client_id: int, day: date) -> Notification:
    """Note that the client has read the message of this day; the first reading counts.

    Raises:
        NotFound: it got none on that day.
    """
    _open(client_id, Notification.local_day == day)
    found = session().get(Notification, (client_id, day), populate_existing=True)
    if found is None:
        raise NotFound(f"There is no message of {day}.")
    return found


def read_all(client_id: int) -> int:
    """Note that the client has read all that it had not; how many messages those were."""
    return _open(client_id, true())


def _open(client_id: int, which: ColumnElement[bool]) -> int:
    result = session().execute(
        update(Notification)
        .where(Notification.client_id == client_id, Notification.opened_at.is_(None), which)
        .values(opened_at=app_now())
        .execution_options(synchronize_session=False)
    )
    opened: int = result.rowcount  # type: ignore[attr-defined]
    if opened:
        cache.tell(cache.client_stamp(client_id))
    return opened

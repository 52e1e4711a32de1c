"""Writing letters: a row in the open transaction, and a bell after its commit.

Where no mail is set up no letter is written, so that nothing waits for what nobody will send.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import ColumnElement, delete, func, insert, select, update

from flashpromo import config, db
from flashpromo.errors import Conflict
from flashpromo.languages import Language
from flashpromo.letters.models import Kind, Letter
from flashpromo.queueing import bell
from flashpromo.queueing.names import POST

KEPT: Final = timedelta(days=30)
"""How long a letter that is done stays on record, without what it said."""


class NoMail(Conflict):
    """A letter is wanted where no mail is set up."""

    code = "no_mail"
    title = "This service sends no mail."


def write(kind: Kind, language: Language, **about: Any) -> int | None:
    """Write a letter, to be sent right after the commit; None when no mail is set up.

    Args:
        kind: what it is about.
        language: in which it is written.
        about: what else its row says, such as `email` and `username`.
    """
    if not config.current().sends_mail:
        return None
    now = db.app_now()
    values = {
        "kind": kind.value,
        "language": language.value,
        "created_at": now,
        "next_attempt_at": now,
        "deadline": now + life_of(kind),
    }
    added = insert(Letter).values(values | about).returning(Letter.id)
    letter_id = db.session().scalar(added)
    if letter_id is None:
        raise RuntimeError("a letter was not written")
    bell.ring(POST, letter_id)
    return letter_id


def demand_mail() -> None:
    """Raise `NoMail` where nothing is sent."""
    if not config.current().sends_mail:
        raise NoMail


def life_of(kind: Kind) -> timedelta:
    """How long it is worth sending: who wants a new password does not wait for a day."""
    settings = config.current()
    lives: Mapping[Kind, timedelta] = {
        Kind.FORGOTTEN: timedelta(minutes=settings.password_link_minutes),
        Kind.PASSWORD: timedelta(minutes=settings.password_link_minutes),
    }
    return lives.get(kind, timedelta(hours=settings.letter_hours))


def written_since(which: ColumnElement[bool], since: datetime) -> int:
    """How many such letters were written, sent or not."""
    recent = which & (Letter.created_at > since)
    return db.session().scalar(select(func.count()).select_from(Letter).where(recent)) or 0


def drop(which: ColumnElement[bool], reason: str) -> None:
    """Send these no more if they wait, and care no more that they failed.

    A worker that is just making one ready is waited for.
    """
    db.session().execute(
        update(Letter)
        .where(which, Letter.state.in_(("pending", "failed")))
        .values(state="dropped", reason=reason, lease_token=None, finished_at=func.app_now())
        .execution_options(synchronize_session=False)
    )


def forget_account(username: str) -> None:
    """Delete every letter about that user name: it leads to nobody any more."""
    db.session().execute(delete(Letter).where(Letter.username == username))


def forget_old(now: datetime) -> int:
    """Delete letters that were done long ago; how many."""
    old = delete(Letter).where(Letter.finished_at < now - KEPT).returning(Letter.id)
    return len(db.session().scalars(old).all())

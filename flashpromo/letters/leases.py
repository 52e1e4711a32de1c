"""Sending a letter: leased, handed over outside of any transaction, then settled.

A worker that dies leaves its lease to run out, and the letter is sent again; one that comes back
after its lease finds that its token changes nothing. Pauses double, and never pass the deadline.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID, uuid4

from sqlalchemy import func, select, update

from flashpromo import config
from flashpromo.db import app_now, session
from flashpromo.letters.models import Letter
from flashpromo.letters.transport import Refused

TOO_LATE: Final = "too_late"


def lease(letter_id: int, now: datetime) -> Letter | None:
    """Take a letter that waits, for one attempt; None when there is nothing to send now."""
    _give_up(letter_id, now)
    until = now + timedelta(seconds=config.current().letter_lease_seconds)
    taken = (
        update(Letter)
        .where(Letter.id == letter_id, Letter.state == "pending", Letter.next_attempt_at <= now)
        .values(lease_token=uuid4(), attempts=Letter.attempts + 1, next_attempt_at=until)
        .returning(Letter)
        .execution_options(populate_existing=True)
    )
    return session().scalar(taken)


def finish(letter_id: int, token: UUID | None, state: str, reason: str | None = None) -> bool:
    """Record what came of it; False when the lease had run out and somebody else has it."""
    return _settle(letter_id, token, state=state, reason=reason, finished_at=app_now())


def settle(letter: Letter, refused: Refused | None) -> None:
    """Record that it was sent, that it failed for good, or when it is tried again."""
    now = app_now()
    if refused is None:
        _settle(letter.id, letter.lease_token, state="sent", reason=None, finished_at=now)
        return
    again_at = now + _pause(letter.attempts)
    if refused.permanent or again_at >= letter.deadline:
        finish(letter.id, letter.lease_token, "failed", refused.reason)
    else:
        _settle(letter.id, letter.lease_token, reason=refused.reason, next_attempt_at=again_at)


def waiting(now: datetime, most: int) -> Sequence[tuple[int, datetime]]:
    """Letters that are due, and since when: the longest first."""
    due = (
        select(Letter.id, Letter.next_attempt_at)
        .where(Letter.state == "pending", Letter.next_attempt_at <= now)
        .order_by(Letter.next_attempt_at)
        .limit(most)
    )
    return [(row.id, row.next_attempt_at) for row in session().execute(due)]


def _give_up(letter_id: int, now: datetime) -> None:
    """What nobody could send in time has failed; the reason of its last attempt stays."""
    session().execute(
        update(Letter)
        .where(Letter.id == letter_id, Letter.state == "pending")
        .where(Letter.next_attempt_at <= now, Letter.deadline <= now)
        .values(state="failed", finished_at=now, reason=func.coalesce(Letter.reason, TOO_LATE))
        .execution_options(synchronize_session=False)
    )


def _settle(letter_id: int, token: UUID | None, **values: object) -> bool:
    settled = (
        update(Letter)
        .where(Letter.id == letter_id, Letter.lease_token == token, Letter.state == "pending")
        .values(lease_token=None, **values)
        .returning(Letter.id)
        .execution_options(synchronize_session=False)
    )
    return session().scalar(settled) is not None


def _pause(attempt: int) -> timedelta:
    """How long to wait after the failed `attempt`, counted from 1."""
    settings = config.current()
    doubled = settings.letter_retry_seconds * 2 ** min(attempt - 1, 20)
    return timedelta(seconds=min(doubled, settings.letter_longest_retry_seconds))

"""What the scheduler does for letters: whatever waits is sent, and what is long done is forgotten.

In a lane of its own: a mail server that does not answer holds up no promo.
"""

import logging
from contextlib import AbstractContextManager
from typing import Final

from sqlalchemy.orm import Session

from flashpromo import config
from flashpromo.accounts import links
from flashpromo.db import app_now, transaction
from flashpromo.letters import leases, outbox
from flashpromo.operations.traces import Found
from flashpromo.queueing import bell
from flashpromo.queueing.names import POST

log = logging.getLogger(__name__)

AT_ONCE: Final = 20


def sweep_letters() -> Found:
    """Ring again for letters that are due; past the patience, send them here."""
    settings = config.current()
    with _look():
        now = app_now()
        waiting = leases.waiting(now, AT_ONCE)
    done = 0
    for letter_id, since in waiting:
        rung = bell.ring_again(POST, letter_id)
        if not rung or (now - since).total_seconds() > settings.sweep_patience_seconds:
            _post_here(letter_id)
            done += 1
    return Found(len(waiting), done)


def _post_here(letter_id: int) -> None:
    """One letter that cannot be sent does not hold up the others."""
    try:
        bell.perform(POST, letter_id)
    except Exception:
        log.exception("letter %s cannot be sent", letter_id)


def forget_letters() -> None:
    """Delete letters and links that were done with long ago."""
    with _look():
        now = app_now()
        outbox.forget_old(now)
        links.forget_old(now)


def _look() -> AbstractContextManager[Session]:
    return transaction(timeout_seconds=config.current().statement_timeout_seconds)

"""What the scheduler does for letters: whatever waits is sent.

In a lane of its own: a mail server that does not answer holds up no promo.
"""

import logging
from typing import Final

from flashpromo.cli.looking import is_late, look
from flashpromo.db import app_now
from flashpromo.letters import leases
from flashpromo.operations.traces import Found
from flashpromo.queueing import bell
from flashpromo.queueing.names import POST

log = logging.getLogger(__name__)

AT_ONCE: Final = 20


def sweep_letters() -> Found:
    """Ring again for letters that are due; past the patience, send them here."""
    with look():
        now = app_now()
        waiting = leases.waiting(now, AT_ONCE)
    done = 0
    for letter_id, since in waiting:
        rung = bell.ring_again(POST, letter_id)
        if not rung or is_late(since, now):
            _post_here(letter_id)
            done += 1
    return Found(len(waiting), done)


def _post_here(letter_id: int) -> None:
    """One letter that cannot be sent does not hold up the others."""
    try:
        bell.perform(POST, letter_id)
    except Exception:
        log.exception("letter %s cannot be sent", letter_id)

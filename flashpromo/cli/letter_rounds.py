"""What the scheduler does for letters: whatever waits is sent.

In a lane of its own: a mail server that does not answer holds up no promo.
"""

from typing import Final

from flashpromo.cli.looking import look
from flashpromo.cli.waking import wake
from flashpromo.db import app_now
from flashpromo.letters import leases
from flashpromo.operations.traces import Found
from flashpromo.queueing.names import POST

AT_ONCE: Final = 20


def sweep_letters() -> Found:
    """Ring again for letters that are due; past the patience, send them here."""
    with look():
        now = app_now()
        waiting = leases.waiting(now, AT_ONCE)
    return wake(POST, waiting, now)

"""When a token was last used, about once a minute, without ever standing in a request's way.

Written right after the token was looked up, by who has looked it up, which happens at most once a
second, and only when a minute has passed; a request that finds its token believed sends nothing. If
it cannot be written, it is left for a while.
"""

import logging
import time
from typing import Final

from sqlalchemy.exc import SQLAlchemyError

from flashpromo.accounts import tokens
from flashpromo.accounts.principal import Principal
from flashpromo.db import transaction

log = logging.getLogger(__name__)

LONGEST_WAIT_SECONDS: Final = 1
PAUSE_SECONDS: Final = 60


class _Pause:
    until = 0.0


def note(who: Principal) -> None:
    """Note the use of what `who` has shown, if that is due; never fails."""
    if not who.held.use_is_due or time.monotonic() < _Pause.until:
        return
    try:
        with transaction(timeout_seconds=LONGEST_WAIT_SECONDS):
            tokens.note_use(who.held)
    except SQLAlchemyError as error:
        log.warning("the last use of a token could not be noted: %s", error)
        _Pause.until = time.monotonic() + PAUSE_SECONDS

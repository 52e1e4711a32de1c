"""What the scheduler forgets, each in its time; `ROUNDS` at the end is the whole of it."""

import logging
from typing import Final

from flashpromo import config
from flashpromo.accounts import links, tokens
from flashpromo.audience import fixes
from flashpromo.cli.lanes import Round
from flashpromo.cli.looking import look
from flashpromo.db import app_now
from flashpromo.idempotency import answers
from flashpromo.letters import outbox
from flashpromo.market import product_imports
from flashpromo.notify import partitions
from flashpromo.operations import traces
from flashpromo.operations.traces import Found

log = logging.getLogger(__name__)

ANSWERS_AT_ONCE: Final = 1000
FIXES_AT_ONCE: Final = 20_000
ANSWER_TIMES: Final = 50
LEAST_DAYS: Final = 30
"""The slots of the day, the dashboards and the doctor look back at the last weeks."""


def forget_answers() -> None:
    """Delete the answers to repeated requests that are given no more, a piece at a time."""
    for _ in range(ANSWER_TIMES):
        with look():
            forgotten = answers.forget_old(app_now(), most=ANSWERS_AT_ONCE)
        if forgotten < ANSWERS_AT_ONCE:
            return


def forget_fixes() -> None:
    """Forget where clients were whose location is unknown and was long ago, piece by piece."""
    after: int | None = 0
    while after is not None:
        with look():
            after = fixes.forget_unused(app_now(), after=after, most=FIXES_AT_ONCE).looked_up_to


def forget_traces() -> None:
    """Forget schedulers that are gone for good."""
    with look():
        traces.forget_old(app_now())


def forget_letters() -> None:
    """Delete letters and links that were done with long ago."""
    with look():
        now = app_now()
        outbox.forget_old(now)
        links.forget_old(now)


def forget_tokens() -> None:
    """Delete tokens and sessions that ended long ago, of whoever has not come back since."""
    for _ in range(ANSWER_TIMES):
        with look():
            forgotten = tokens.forget_ended(app_now(), most=ANSWERS_AT_ONCE)
        if forgotten < ANSWERS_AT_ONCE:
            return


def forget_weeks() -> Found:
    """Drop the weeks of notifications and deliveries that are past their time, if there is one."""
    days, gone = config.current().notification_days, 0
    while days:
        with look():
            week = partitions.forget_old(app_now().date(), max(days, LEAST_DAYS))
        if week is None:
            break
        log.info("dropped the partition %s", week)
        gone += 1
    return Found(gone, gone)


def forget_imports() -> None:
    """Delete the files of products that nobody has imported in a day."""
    with look():
        product_imports.forget_old(app_now())


ROUNDS: Final = (
    Round("forget old answers", 60, forget_answers),
    Round("forget unused fixes", 3600, forget_fixes),
    Round("forget old traces", 3600, forget_traces),
    Round("forget old letters", 3600, forget_letters),
    Round("forget old imports", 3600, forget_imports),
    Round("forget ended tokens", 3600, forget_tokens),
    Round("forget old weeks", 3600, forget_weeks),
)

"""What the scheduler forgets, each in its time; `ROUNDS` at the end is the whole of it."""

from typing import Final

from flashpromo.accounts import links
from flashpromo.audience import fixes
from flashpromo.cli.lanes import Round
from flashpromo.cli.looking import look
from flashpromo.db import app_now
from flashpromo.idempotency import answers
from flashpromo.letters import outbox
from flashpromo.market import product_imports
from flashpromo.operations import traces

ANSWERS_AT_ONCE: Final = 1000
FIXES_AT_ONCE: Final = 20_000
ANSWER_TIMES: Final = 50


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
)

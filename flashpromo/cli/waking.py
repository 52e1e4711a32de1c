"""How a sweep goes on with what it finds: the queue is woken, or the work is done here."""

import logging
from collections.abc import Iterable, Sequence
from datetime import datetime

from flashpromo.cli.looking import is_late
from flashpromo.operations.traces import Found
from flashpromo.queueing import bell

log = logging.getLogger(__name__)


def wake(job: str, due: Sequence[tuple[int, datetime]], now: datetime, *more: int) -> Found:
    """Ring again for each id that is due, with the time since when; past the patience, do it here.

    Args:
        job: the name of the job.
        due: what it is to be done for.
        now: the time of the look.
        more: what the job is given besides, where it is done here.
    """
    unheard = [
        one_id for one_id, since in due if not bell.ring_again(job, one_id) or is_late(since, now)
    ]
    do_here(job, unheard, *more)
    return Found(len(due), len(unheard))


def do_here(job: str, ids: Iterable[int], *more: int) -> None:
    """Do a job for each; one that fails does not hold up the others."""
    for each in ids:
        try:
            bell.perform(job, each, *more)
        except Exception:
            log.exception("the job %s fails for %s", job, each)

"""The bell of a promo's activation follows the promo: no orphan job, no forgotten start."""

from datetime import datetime

from flashpromo.promos.models import Promo
from flashpromo.queueing import bell, timetable
from flashpromo.queueing.names import ACTIVATE


def follow(promo: Promo, awaits_activation: bool, now: datetime) -> None:
    """Ring now, ring at the start, or not at all, once the transaction has committed.

    Args:
        promo: the promo as it will be committed.
        awaits_activation: it is scheduled or running.
        now: the time of the change.
    """
    if not awaits_activation or promo.run.activated_at is not None:
        timetable.cancel(ACTIVATE, promo.id)
    elif promo.start_time > now:
        timetable.schedule(promo.start_time, ACTIVATE, promo.id)
    else:
        timetable.cancel(ACTIVATE, promo.id)
        bell.ring(ACTIVATE, promo.id)

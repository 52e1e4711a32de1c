"""What the story looks at while the processes work: each look is a transaction of its own."""

import time
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from flashpromo import insight
from flashpromo.db import app_now, session, transaction
from flashpromo.notify.audiences import Explanation
from flashpromo.notify.models import Delivery, Notification
from flashpromo.promos.models import PromoRun

LOOK_AGAIN_SECONDS = 0.02


@dataclass(frozen=True)
class Activation:
    """When a promo was activated, when that could be seen, and how many clients it told."""

    at: datetime
    seen_at: datetime
    notified: int


def now() -> datetime:
    """The database's time."""
    with transaction():
        return app_now()


def wait_until(moment: datetime) -> None:
    """Sleep until the database's clock says so."""
    while (left := (moment - now()).total_seconds()) > 0:
        time.sleep(left)


def activation(promo_id: int, until: datetime) -> Activation | None:
    """Wait for the activation of a promo, until `until`; None when nobody activates it."""
    while True:
        with transaction():
            seen_at = app_now()
            run = session().get_one(PromoRun, promo_id, populate_existing=True)
            if run.activated_at is not None:
                return Activation(run.activated_at, seen_at, run.notified_count or 0)
        if seen_at > until:
            return None
        time.sleep(LOOK_AGAIN_SECONDS)


def told(promo_id: int) -> dict[int, Notification]:
    """The notifications of a promo by client."""
    with transaction():
        rows = session().scalars(select(Notification).where(Notification.promo_id == promo_id))
        return {row.client_id: row for row in rows}


def deliveries(promo_id: int, until: datetime) -> tuple[dict[str, int], datetime | None]:
    """Wait until nothing is pending; how many ended in each state, and when the last one did."""
    while True:
        with transaction():
            rows = session().execute(
                select(Delivery.state, func.count(), func.max(Delivery.finished_at))
                .where(Delivery.promo_id == promo_id)
                .group_by(Delivery.state)
            )
            found = {state: (count, last) for state, count, last in rows}
            if "pending" not in found or app_now() > until:
                break
        time.sleep(LOOK_AGAIN_SECONDS)
    last = max((last for _, last in found.values() if last is not None), default=None)
    return {state: count for state, (count, _) in found.items()}, last


def explanations(client_ids: Collection[int], promo_id: int) -> dict[int, Explanation]:
    """How each of these clients stands to the promo now."""
    with transaction():
        return {each: insight.explain(each, promo_id).explanation for each in client_ids}

"""Promos that start by themselves: the scheduler rings, a worker activates, everybody waits.

The clock starts at the promo's start and stops when another connection sees the last of its
notifications. Promos follow each other, each at another fraction of a second.
"""

import random
import time
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, Final

from sqlalchemy import text

from bench import services, waves
from bench.stage import Stage
from bench.town.market import CORNER_STORE
from bench.town.promos import SEGMENT
from flashpromo import campaign
from flashpromo.db import app_now, session, transaction
from flashpromo.market import products, stores
from flashpromo.promos import lifecycle
from flashpromo.promos.terms import Terms

AHEAD_SECONDS: Final = 1.2
PATIENCE_SECONDS: Final = 30
LOOK_SECONDS: Final = 0.005
INBOX_ONLY: Final = {"FLASHPROMO_CHANNELS": "inbox"}
SEEN: Final = text("""
SELECT notified_count, notified_at, app_now() AS seen_at FROM promo_run WHERE promo_id = :promo_id
""")
UNTELL: Final = text("""
DELETE FROM notification WHERE promo_id = :promo_id AND local_day > current_date - 2
""")


@dataclass
class Late:
    """Milliseconds after each start: all rows written, and seen from outside."""

    told: int = 0
    written_ms: list[float] = field(default_factory=list)
    visible_ms: list[float] = field(default_factory=list)


def run(stage: Stage, km: float) -> Late:
    """Let as many promos start as the effort says."""
    dice, late = random.Random("starts"), Late()  # noqa: S311 - the same each time, on purpose
    with ExitStack() as running:
        for command in (("worker", "activation"), ("scheduler",)):
            running.enter_context(services.flask(*command, settings=INBOX_ONLY))
        _start(stage, km, Late(), dice.random())  # when this one has started, all processes are up
        for _ in range(stage.effort.starts):
            _start(stage, km, late, dice.random())
    waves.untell(stage)
    return late


def now() -> datetime:
    """The time of the database."""
    found = app_now()
    session().rollback()
    return found


def _start(stage: Stage, km: float, late: Late, fraction: float) -> None:
    with stage.app.app_context():
        with transaction():
            start_time = app_now() + timedelta(seconds=AHEAD_SECONDS + fraction)
            promo_id = lifecycle.create(_terms(km, start_time), publish=True).id
        seen = _await(promo_id)
        late.told = max(late.told, seen.notified_count)
        late.written_ms.append((seen.notified_at - start_time).total_seconds() * 1000)
        late.visible_ms.append((seen.seen_at - start_time).total_seconds() * 1000)
        with transaction():
            campaign.cancel(promo_id)
            session().execute(UNTELL, {"promo_id": promo_id})


def _terms(km: float, start_time: datetime) -> Terms:
    store, name = stores.get(CORNER_STORE), f"Starts {start_time.isoformat()}"
    product = products.create(store, name=name, regular_price=Decimal(500))
    return Terms(
        product_id=product.id,
        promo_price=Decimal(300),
        start_time=start_time,
        end_time=start_time + timedelta(hours=1),
        segment_ids=(SEGMENT,),
        max_distance_km=Decimal(str(km)),
    )


def _await(promo_id: int) -> Any:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        seen = session().execute(SEEN, {"promo_id": promo_id}).one()
        session().rollback()
        if seen.notified_count is not None:
            return seen
        time.sleep(LOOK_SECONDS)
    raise RuntimeError(f"promo {promo_id} has not started")

"""What the scheduler does again and again; the list at the end is the whole of it.

The timetable rings each promo's bell at its start. The sweep looks into the database, not into
Redis, for whatever a crash can lose, and wakes the queue again; past a few seconds of lateness it
does the work itself. Each kind of round has a thread of its own, so that a Redis that hangs cannot
hold up the sweep, and a failed round is logged and comes again.
"""

import logging
import signal
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from flask import Flask

from flashpromo import config
from flashpromo.campaign import withdraw_finished
from flashpromo.db import app_now, transaction
from flashpromo.guarded_redis import connect
from flashpromo.notify import delivery, partitions
from flashpromo.promos import queries, runs
from flashpromo.queueing import bell, timetable
from flashpromo.queueing.names import ACTIVATE, DELIVER

log = logging.getLogger(__name__)

BATCHES_AT_ONCE: Final = 1


@dataclass(frozen=True)
class Round:
    """Something to be done every so many seconds, inside an application context."""

    name: str
    every_seconds: float
    action: Callable[[], object]


def ring_the_timetable() -> None:
    """Enqueue what rq-scheduler has due."""
    redis = connect(config.current())
    try:
        timetable.timetable(redis).step()
    finally:
        redis.close()


def rebuild_the_timetable() -> None:
    """Make rq-scheduler's set equal to the promos that are still to come."""
    with transaction():
        awaiting = list(queries.awaiting_activation(app_now()))
    redis = connect(config.current())
    try:
        timetable.rebuild(redis, ACTIVATE, awaiting)
    finally:
        redis.close()


def sweep_activations() -> None:
    """Ring again for promos that should be active by now; past the patience, activate them."""
    with transaction():
        now = app_now()
        due = runs.due(now)
    if any(_late(start, now) for _, start in due):
        log.warning("the queue is late, activating here: %s", [promo_id for promo_id, _ in due])
        bell.perform(ACTIVATE, due[0][0])
        return
    for promo_id, _ in due:
        bell.ring_again(ACTIVATE, promo_id)


def sweep_deliveries() -> None:
    """Ring again for deliveries that are due; past the patience, send a batch of each."""
    with transaction():
        now = app_now()
        waiting = delivery.waiting(now)
    for promo_id, since in waiting:
        rung = bell.ring_again(DELIVER, promo_id)
        if not rung or _late(since, now):
            bell.perform(DELIVER, promo_id, BATCHES_AT_ONCE)


def sweep_finished() -> None:
    """Withdraw what is over, so that its window is free."""
    with transaction():
        withdraw_finished()


def make_partitions() -> None:
    """Make the weeks of notifications that are still missing."""
    with transaction():
        made = partitions.ensure(app_now().date())
    if made:
        log.info("made partitions: %s", ", ".join(made))


def run_rounds(app: Flask, rounds: Sequence[Sequence[Round]]) -> None:
    """Run each list of rounds in its own thread until SIGTERM or SIGINT.

    Args:
        app: the application whose contexts the rounds run in.
        rounds: lists of rounds; those of one list follow each other.
    """
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    threads = [
        threading.Thread(target=_run_list, args=(app, each, stop), name=each[0].name)
        for each in rounds
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def _run_list(app: Flask, rounds: Sequence[Round], stop: threading.Event) -> None:
    due = dict.fromkeys((each.name for each in rounds), 0.0)
    while not stop.is_set():
        for each in rounds:
            if time.monotonic() >= due[each.name]:
                due[each.name] = time.monotonic() + each.every_seconds
                _run_once(app, each)
        stop.wait(max(0.0, min(due.values()) - time.monotonic()))


def _run_once(app: Flask, each: Round) -> None:
    """A round that fails is told in the log and tried again: the scheduler outlives them all."""
    try:
        with app.app_context():
            each.action()
    except Exception as error:
        log.warning("round %s failed: %s", each.name, error)
        log.debug("round %s failed", each.name, exc_info=True)


def _late(since: datetime, now: datetime) -> bool:
    return (now - since).total_seconds() > config.current().sweep_patience_seconds


ROUNDS: Final[Sequence[Sequence[Round]]] = (
    (
        Round("rebuild the timetable", 60, rebuild_the_timetable),
        Round("ring the timetable", 1, ring_the_timetable),
    ),
    (
        Round("make partitions", 600, make_partitions),
        Round("sweep activations", 1, sweep_activations),
        Round("sweep deliveries", 1, sweep_deliveries),
        Round("sweep finished promos", 1, sweep_finished),
    ),
)

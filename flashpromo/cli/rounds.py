"""What the scheduler does again and again; the list at the end is the whole of it.

The timetable rings each promo's bell at its start. The sweep looks into the database, not into
Redis, for whatever a crash can lose, and wakes the queue again; past a few seconds of lateness, or
when Redis is away, it does the work itself.
"""

import itertools
import logging
import math
import os
import socket
import time
from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from typing import Final

from redis import Redis
from redis.exceptions import RedisError

from flashpromo import config
from flashpromo.campaign import withdraw_finished
from flashpromo.checkout import tries
from flashpromo.cli import retention
from flashpromo.cli.hold_rounds import count_holds
from flashpromo.cli.lanes import Lane, Round
from flashpromo.cli.letter_rounds import sweep_letters
from flashpromo.cli.looking import is_late, look
from flashpromo.cli.waking import do_here, wake
from flashpromo.db import app_now
from flashpromo.guarded_redis import connect
from flashpromo.notify import delivery, partitions, pending
from flashpromo.operations import traces
from flashpromo.operations.traces import Found
from flashpromo.promos import queries, runs
from flashpromo.queueing import bell, timetable
from flashpromo.queueing.names import ACTIVATE, DELIVER, MEASURE

log = logging.getLogger(__name__)

BATCHES_AT_ONCE: Final = 1
AUDIENCES_AT_ONCE: Final = 50
WHOLE_LOOK_EVERY: Final = 60


class TimetableKeeper:
    """Rings what rq-scheduler has due, in a timetable that is equal to the database.

    It is built anew at the start, every minute, and at once when Redis comes back, comes back empty
    or is another server: whatever was published, moved or cancelled meanwhile is in it again. A
    client renews its connection without a word, so the server is asked who it is.
    """

    def __init__(self) -> None:
        self._redis: Redis | None = None
        self._server: str | None = None

    def __call__(self) -> Found:
        """One round: how many bells had to be set right, and how many rang.

        Raises:
            RedisError: Redis is away.
        """
        self._redis = self._redis or connect(config.current())
        set_right = 0
        try:
            server, is_fresh = timetable.server_and_freshness(self._redis)
            if server != self._server or not is_fresh:
                set_right = timetable.rebuild(
                    self._redis, ACTIVATE, _awaiting_activation, self._fresh_seconds(server)
                )
                self._server = server
            return Found(set_right, timetable.timetable(self._redis).step())
        except RedisError:
            self._server = None
            raise

    def _fresh_seconds(self, server: str) -> int:
        """Of another server soon again: who found Redis away leaves it alone for a while yet."""
        if server == self._server:
            return timetable.REBUILD_SECONDS
        return math.ceil(config.current().redis_breaker_seconds) + 1


def _awaiting_activation() -> Iterable[tuple[int, datetime]]:
    with look():
        return list(queries.awaiting_activation(app_now()))


def sweep_activations() -> Found:
    """Ring again for promos that should be active by now; past the patience, activate them."""
    with look():
        now = app_now()
        due = runs.due(now)
    rung = [bell.ring_again(ACTIVATE, promo_id) for promo_id, _ in due]
    if not all(rung) or any(is_late(since, now) for _, since in due):
        log.warning("the queue is late, activating here: %s", [promo_id for promo_id, _ in due])
        bell.perform(ACTIVATE, due[0][0])
        return Found(len(due), len(due))
    return Found(len(due))


def sweep_deliveries(first_day: date | None = None) -> Found:
    """Ring again for deliveries that are due; past the patience, send a batch of each.

    Args:
        first_day: before which nothing is pending; None looks for it.
    """
    with look():
        now = app_now()
        waiting = delivery.waiting(now, first_day)
    return wake(DELIVER, waiting, now, BATCHES_AT_ONCE)


class DeliverySweeper:
    """Looks for what waits in the weeks where anything does, and now and then which those are."""

    def __init__(self) -> None:
        self._rounds = itertools.cycle(range(WHOLE_LOOK_EVERY))
        self._first_day: date | None = None

    def __call__(self) -> Found:
        """One round."""
        if next(self._rounds) == 0:
            self._first_day = None  # stays so if the look fails
            with look():
                self._first_day = pending.first_day(app_now())
        return sweep_deliveries(self._first_day)


def sweep_audiences() -> Found:
    """Count the audiences that no worker has counted, one by one."""
    patience = timedelta(seconds=config.current().sweep_patience_seconds)
    with look():
        forgotten = runs.unmeasured(app_now(), patience, AUDIENCES_AT_ONCE)
    do_here(MEASURE, forgotten)
    return Found(len(forgotten), len(forgotten))


class TriesKeeper:
    """Writes down how often promos were tried while they were held, as Redis has counted it."""

    def __init__(self) -> None:
        self._redis: Redis | None = None

    def __call__(self) -> None:
        """One round.

        Raises:
            RedisError: Redis is away.
        """
        self._redis = self._redis or connect(config.current())
        seen = tries.look(self._redis)
        if seen is not None:
            with look():
                long_over = tries.keep(seen)
            tries.forget(self._redis, long_over)


def sweep_finished(*, lately: bool = False) -> Found:
    """Withdraw what is over, so that its window is free."""
    with look():
        withdrawn = len(withdraw_finished(lately=lately))
    return Found(withdrawn, withdrawn)


class FinishedSweeper:
    """Looks for what has come to its end lately, and now and then for all that is over."""

    def __init__(self) -> None:
        self._rounds = itertools.cycle(range(WHOLE_LOOK_EVERY))

    def __call__(self) -> Found:
        """One round."""
        return sweep_finished(lately=next(self._rounds) > 0)


def make_partitions() -> Found:
    """Make the weeks of notifications that are still missing."""
    with look():
        made = partitions.ensure(app_now().date())
    if made:
        log.info("made partitions: %s", ", ".join(made))
    return Found(len(made), len(made))


class TraceKeeper:
    """Writes down what the rounds of this process have found and done, for whoever looks."""

    def __init__(self, rounds: Sequence[Round]) -> None:
        self._rounds = rounds
        self._process = f"{socket.gethostname()}-{os.getpid()}"
        self._started = time.monotonic()

    def __call__(self) -> None:
        """One round."""
        told = {each.name: each.account.told(each.every_seconds) for each in self._rounds}
        with look():
            traces.leave(self._process, app_now(), time.monotonic() - self._started, told)


def lanes() -> Sequence[Lane]:
    """The scheduler's work: bells on the second, and half a second later what they have missed."""
    work = (
        Lane(0.01, (Round("ring the timetable", 1, TimetableKeeper()),)),
        Lane(0.5, (Round("sweep activations", 1, sweep_activations),)),
        Lane(0.5, (Round("sweep deliveries", 1, DeliverySweeper()),)),
        Lane(
            0.75,
            (
                Round("make partitions", 600, make_partitions),
                Round("sweep finished promos", 1, FinishedSweeper()),
            ),
        ),
        Lane(0.4, (Round("sweep letters", 2, sweep_letters),)),
        Lane(0.6, (Round("sweep audiences", 1, sweep_audiences),)),
        Lane(0.9, (Round("keep the tries", 1, TriesKeeper()),)),
        Lane(0.8, (Round("count the holds", 5, count_holds),)),
        Lane(0.25, retention.ROUNDS),
    )
    rounds = [each for lane in work for each in lane.rounds]
    # A lane of its own: whatever hangs elsewhere, it is told that it does.
    telling = Round("leave a trace", traces.LEAVE_SECONDS, TraceKeeper(rounds))
    return (*work, Lane(0.35, (telling,)))

"""Rounds that come again and again, in lanes side by side, until the process is told to end.

Each lane has a thread of its own, so that a Redis that hangs or a slow delivery cannot hold up the
others; a round that fails is logged and comes again.
"""

import logging
import signal
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Final

from flask import Flask

from flashpromo import pulse
from flashpromo.audit.actors import Actor, ActorKind, Door, acting
from flashpromo.operations.traces import Account

log = logging.getLogger(__name__)

SIGNALS: Final = frozenset({signal.SIGTERM, signal.SIGINT})
SCHEDULER: Final = Actor(ActorKind.SYSTEM, Door.SCHEDULER)
LOOK_SECONDS: Final = 5
GRACE_SECONDS: Final = 5.0
"""How long a round may go on once the process is told to end; its transaction is rolled back."""


@dataclass(frozen=True)
class Round:
    """Something to be done every so many whole seconds, inside an application context.

    What came of it stands in its account; an action that finds things tells how many (`Found`).
    """

    name: str
    every_seconds: int
    action: Callable[[], object]
    account: Account = field(default_factory=Account, compare=False)


@dataclass(frozen=True)
class Lane:
    """Rounds that follow each other, at the same point of each second of the wall clock."""

    offset_seconds: float
    rounds: Sequence[Round]


def run_lanes(app: Flask, lanes: Sequence[Lane], alive_file: str = "") -> None:
    """Run the lanes until SIGTERM or SIGINT; then the rounds in progress get a few seconds.

    Args:
        app: whose context each round runs in.
        lanes: what is done side by side.
        alive_file: touched every few seconds while every lane is there; none when empty.

    Raises:
        RuntimeError: a lane has ended by itself, so the process must be started again.
    """
    # Blocked here and so in every thread: the signal waits until it is asked for.
    signal.pthread_sigmask(signal.SIG_BLOCK, SIGNALS)
    stop = threading.Event()
    threads = [
        threading.Thread(target=_run, args=(app, lane, stop), name=lane.rounds[0].name, daemon=True)
        for lane in lanes
    ]
    for thread in threads:
        thread.start()
    log.info("the rounds have begun")
    pulse.beat(alive_file)
    while signal.sigtimedwait(SIGNALS, LOOK_SECONDS) is None:
        if not all(thread.is_alive() for thread in threads):
            raise RuntimeError("a lane has ended")
        pulse.beat(alive_file)
    stop.set()
    deadline = time.monotonic() + GRACE_SECONDS
    for thread in threads:
        thread.join(max(0.0, deadline - time.monotonic()))


def _run(app: Flask, lane: Lane, stop: threading.Event) -> None:
    due = {each.name: 0.0 for each in lane.rounds}
    failing: set[str] = set()
    while not stop.is_set():
        for each in lane.rounds:
            # Half a second of tolerance: a beat that comes a little early is not left out.
            if not stop.is_set() and time.monotonic() >= due[each.name] - 0.5:
                due[each.name] = time.monotonic() + each.every_seconds
                _run_once(app, each, failing)
        stop.wait(1 - (time.time() - lane.offset_seconds) % 1)


def _run_once(app: Flask, each: Round, failing: set[str]) -> None:
    """Told in the log when it begins to fail and when it works again, not every second between."""
    each.account.begin()
    try:
        with acting(SCHEDULER), app.app_context():
            each.account.end(each.action())
    except Exception as error:
        each.account.end(error=type(error).__name__)
        level = logging.DEBUG if each.name in failing else logging.WARNING
        log.log(level, "round '%s' fails, and is tried again: %s", each.name, error)
        log.debug("round '%s' failed", each.name, exc_info=True)
        failing.add(each.name)
    else:
        if each.name in failing:
            log.warning("round '%s' works again", each.name)
            failing.discard(each.name)

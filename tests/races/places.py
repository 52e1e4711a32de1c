"""What a process of a race does at the named places of the code: count, linger, stop, die."""

import os
import signal
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from flashpromo import barriers

Listener = Callable[[str], None]
_listeners: list[Listener] = []


def listen(listener: Listener) -> None:
    """Call `listener` at every place that this process passes, after those that came before."""
    _listeners.append(listener)
    barriers.listener = _tell_all


def tally_into(path: Path) -> None:
    """Write a line for every place passed; it is there even if the process dies at that place."""
    file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    listen(lambda name: os.write(file, f"{name}\n".encode()))


def read_tally(path: Path) -> Counter[str]:
    """How often each place was passed, by all processes together."""
    return Counter(path.read_text().split()) if path.exists() else Counter()


def linger_at(place: str, seconds: float) -> None:
    """Stay at `place` for a while, so that rivals can catch up."""
    listen(lambda name: time.sleep(seconds) if name == place else None)


def die_at(place: str, nth: int = 1) -> None:
    """End by SIGKILL when `place` is passed for the `nth` time: nothing is cleaned up."""
    _signal_at(place, nth, signal.SIGKILL)


def stop_at(place: str) -> None:
    """Stand still by SIGSTOP at `place`, until somebody sends SIGCONT."""
    _signal_at(place, 1, signal.SIGSTOP)


def _signal_at(place: str, nth: int, number: signal.Signals) -> None:
    passed: Counter[str] = Counter()

    def listener(name: str) -> None:
        passed[name] += 1
        if name == place and passed[name] == nth:
            os.kill(os.getpid(), number)

    listen(listener)


def _tell_all(name: str) -> None:
    for listener in _listeners:
        listener(name)

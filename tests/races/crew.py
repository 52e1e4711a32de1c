"""A crew: real processes, each with its own application and connections, that act at one instant.

They are forked from a fresh server process that has imported the service once, so fifty of them
start in a second or two, and they stay for as many rounds as a test wants. Before each act all of
them meet; a pipe with one byte for each lets them go together. They may meet a second time at a
named place inside of the act.
"""

import multiprocessing
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from pathlib import Path
from typing import Any

from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from flashpromo.app import create_app
from flashpromo.config import Settings
from flashpromo.db import session
from flashpromo.errors import DomainError
from tests.races import places

PATIENCE_SECONDS = 60.0
MET = "met"
CONTEXT = multiprocessing.get_context("forkserver")
CONTEXT.set_forkserver_preload(["pytest", "tests.races.crew", "tests.races.acts", "tests.warm"])

Prepare = Callable[[], None]


@dataclass(frozen=True)
class Answer:
    """What came of an act: a value, or the code of a refusal, or a database error, or a death."""

    value: Any = None
    refused: str | None = None
    failed: str | None = None
    died: bool = False


class Call:
    """An act of `tests.races.acts` and its arguments."""

    def __init__(self, act: Callable[..., Any], *args: Any) -> None:
        self.act, self.args = act, args


class Crew:
    """Processes numbered from 0; `at_once` gives each of the first ones a call."""

    def __init__(
        self, settings: Settings, size: int, tally: Path, prepare: Sequence[Prepare] = ()
    ) -> None:
        gun, self._trigger = CONTEXT.Pipe(duplex=False)
        self._lines: list[Connection] = []
        self.processes = []
        for _ in range(size):
            line, its_line = CONTEXT.Pipe()
            arguments = (settings, its_line, gun, tally, tuple(prepare))
            process = CONTEXT.Process(target=_live, args=arguments, daemon=True)
            process.start()
            its_line.close()
            self._lines.append(line)
            self.processes.append(process)
        gun.close()
        self._running: dict[Connection, int] = dict(zip(self._lines, range(size), strict=True))
        self._collect({})  # each says that it is ready

    def at_once(self, calls: Sequence[Call], meet_at: str | None = None) -> list[Answer]:
        """Let the calls begin at the same instant, and wait for all answers.

        Args:
            calls: one for each of the first processes.
            meet_at: a place at which all of them meet again; who does not come is not waited for.
        """
        self.begin(calls, meet_at)
        return self.answers()

    def begin(self, calls: Sequence[Call], meet_at: str | None = None) -> None:
        """Let the calls begin, without waiting for what comes of them."""
        used = self._lines[: len(calls)]
        for line, call in zip(used, calls, strict=True):
            line.send((call, meet_at))
        for line in used:
            self._receive(line)
        self._running = {line: number for number, line in enumerate(used)}
        self._fire(len(used))

    def answers(self) -> list[Answer]:
        """The answers to the calls that have begun, in their order."""
        found: dict[int, Answer] = {}
        self._collect(found)
        return [found[number] for number in sorted(found)]

    def close(self) -> None:
        """End the processes by their own handles."""
        for line in self._lines:
            line.close()
        for process in self.processes:
            process.join(5)
            if process.is_alive():
                process.kill()
                process.join()

    def _collect(self, found: dict[int, Answer]) -> None:
        met = 0
        while self._running:
            ready = wait(list(self._running), PATIENCE_SECONDS)
            if not ready:
                raise TimeoutError(f"processes {list(self._running.values())} do not answer")
            for line in ready:
                heard = self._receive(line)
                if heard == MET:
                    met += 1
                else:
                    found[self._running.pop(line)] = heard
            if met and met == len(self._running):
                self._fire(met)
                met = 0

    def _receive(self, line: Connection) -> Any:
        try:
            if not line.poll(PATIENCE_SECONDS):
                raise TimeoutError("a process does not come")
            heard = line.recv()
        except (EOFError, ConnectionResetError):
            return Answer(died=True)
        if isinstance(heard, Exception):
            raise heard
        return heard

    def _fire(self, shots: int) -> None:
        os.write(self._trigger.fileno(), b"!" * shots)


def _live(
    settings: Settings, line: Connection, gun: Connection, tally: Path, prepare: tuple[Prepare, ...]
) -> None:
    """The life of one process: take an order, meet, act, answer; until the line is closed."""
    os.environ["PGAPPNAME"] = f"race-{os.getpid()}"
    app = create_app(settings)
    wanted: list[str] = []

    def meet() -> None:
        line.send(MET)
        os.read(gun.fileno(), 1)

    def meet_again(name: str) -> None:
        if name in wanted:
            wanted.remove(name)
            meet()

    places.tally_into(tally)
    places.listen(meet_again)
    with app.app_context():
        session().execute(text("SELECT 1"))
        for each in prepare:
            each()
    line.send(Answer())
    while True:
        try:
            call, meet_at = line.recv()
        except EOFError:
            return
        wanted[:] = [meet_at] if meet_at else []
        meet()
        with app.app_context():
            line.send(_answer(call))


def _answer(call: Call) -> Answer | Exception:
    try:
        return Answer(value=call.act(*call.args))
    except DomainError as error:
        return Answer(refused=error.code)
    except DBAPIError as error:
        return Answer(failed=f"{type(error.orig).__name__}: {error.orig}")
    except Exception as error:  # noqa: BLE001 - a broken test is told to the test
        return RuntimeError(f"{call.act.__name__}: {error!r}")

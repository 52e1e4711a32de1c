"""Start processes of the service, hold them at a barrier, and end them; each by its own handle."""

import multiprocessing
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol, TypeVar

import pytest

from tests.processes import command

ROOT = Path(__file__).parents[2]
STARTED = {"worker": "serving the queue", "scheduler": "the rounds have begun"}
FORKS = multiprocessing.get_context("forkserver")
FORKS.set_forkserver_preload([command.__name__])

Seen = TypeVar("Seen")


def eventually(look: Callable[[], Seen], seconds: float, what: str = "") -> Seen:
    """The first true answer of `look`, asked again and again; fails after `seconds`."""
    deadline = time.monotonic() + seconds
    while not (seen := look()):
        if time.monotonic() > deadline:
            pytest.fail(f"not within {seconds} s: {what or look}")
        time.sleep(0.03)
    return seen


class Handle(Protocol):
    """What a process can be asked and told."""

    pid: int

    def exit_code(self, seconds: float = 0) -> int | None:
        """Wait so long for its end; None when it still runs."""


class Forked:
    """A process of `command`."""

    def __init__(self, process: multiprocessing.process.BaseProcess) -> None:
        self._process = process
        self.pid = process.pid

    def exit_code(self, seconds: float = 0) -> int | None:
        self._process.join(seconds)
        return self._process.exitcode


class Spawned:
    """A process with an interpreter of its own."""

    def __init__(self, popen: subprocess.Popen[bytes]) -> None:
        self._popen = popen
        self.pid = popen.pid

    def exit_code(self, seconds: float = 0) -> int | None:
        with suppress(subprocess.TimeoutExpired):
            return self._popen.wait(seconds)
        return None


@dataclass
class Program:
    """One process in a session of its own, with all that it says in a file."""

    name: str
    handle: Handle
    log: Path

    @property
    def said(self) -> str:
        return self.log.read_text(errors="replace") if self.log.exists() else ""

    @property
    def runs(self) -> bool:
        return self.handle.exit_code() is None

    def await_start(self, seconds: float = 60) -> None:
        line = STARTED[self.name.split()[0]]

        def said() -> bool:
            assert self.runs, f"{self.name} ended: {self.said}"
            return line in self.said

        eventually(said, seconds, f"{self.name} starts")

    def send(self, number: signal.Signals, *, group: bool = False) -> None:
        if self.runs:
            (os.killpg if group else os.kill)(self.handle.pid, number)

    def await_end(self, seconds: float) -> int:
        code = self.handle.exit_code(seconds)
        assert code is not None, f"{self.name} has not ended: {self.said}"
        return code

    def kill(self) -> None:
        self.send(signal.SIGKILL)
        self.await_end(20)

    def children(self) -> list[int]:
        path = Path(f"/proc/{self.handle.pid}/task/{self.handle.pid}/children")
        return [int(pid) for pid in path.read_text().split()]

    def kill_child(self, pid: int) -> None:
        assert pid in self.children()
        os.kill(pid, signal.SIGKILL)


@dataclass
class Hold:
    """Where a held process says that it has arrived, and waits to be let go."""

    file: Path

    def await_arrival(self, seconds: float = 30) -> int:
        """The id of the process that stands at the barrier."""
        return int(eventually(lambda: self.file.exists() and self.file.read_text(), seconds))

    def release(self) -> None:
        self.file.with_suffix(".go").touch()


@dataclass
class Service:
    """Starts processes, all with the same environment; ends whatever is left of them."""

    folder: Path
    environment: dict[str, str] = field(default_factory=dict)
    programs: list[Program] = field(default_factory=list)

    def spawn(self, *names: str) -> list[Program]:
        """`spawn("worker delivery", …)`: as an operator starts them, all at once."""
        return self._await([self._spawn(name) for name in names])

    def start(self, *names: str, wait: bool = True) -> list[Program]:
        """The same without the time that an interpreter needs to start."""
        programs = [self._fork(name, [], self.folder) for name in names]
        return self._await(programs) if wait else programs

    def start_held(self, name: str, *barriers: str) -> tuple[Program, Hold]:
        """Start one that is held where `barriers` have been passed one after the other."""
        hold = Hold(self.folder / f"hold-{len(self.programs)}")
        program = self._fork(name, barriers, hold.file)
        return self._await([program])[0], hold

    def close(self) -> None:
        for program in self.programs:
            program.send(signal.SIGKILL)
        for program in self.programs:
            program.await_end(20)

    def _spawn(self, name: str) -> Program:
        log = self._log(name)
        with log.open("wb") as output:
            popen = subprocess.Popen(
                [sys.executable, "-m", "flask", "--app", "wsgi", *name.split()],
                cwd=ROOT,
                env=os.environ | self.environment,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )
        return self._keep(Program(name, Spawned(popen), log))

    def _fork(self, name: str, barriers, hold: Path) -> Program:
        log = self._log(name)
        environment = os.environ | self.environment
        process = FORKS.Process(
            target=command.run, args=(name.split(), environment, log, barriers, hold)
        )
        process.start()
        return self._keep(Program(name, Forked(process), log))

    def _log(self, name: str) -> Path:
        return self.folder / f"{len(self.programs)}-{name.replace(' ', '-')}.log"

    def _keep(self, program: Program) -> Program:
        self.programs.append(program)
        return program

    def _await(self, programs: list[Program]) -> list[Program]:
        for program in programs:
            program.await_start()
        return programs


def is_alive(pid: int) -> bool:
    """The process exists and is no zombie."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def closing(service: Service) -> Iterator[Service]:
    """For fixtures: give it out, and end what is left of it."""
    try:
        yield service
    finally:
        service.close()

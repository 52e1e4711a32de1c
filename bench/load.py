"""A load of requests over HTTP, bounded in time and connections: wrk, which costs little itself.

It runs on the same machine as what it loads. So does the load of what a figure is held against.
"""

import json
import subprocess
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final, NamedTuple

from bench.figures import Samples

SCRIPT: Final = Path(__file__).with_name("load.lua")
CONNECTIONS: Final = 8


class Request(NamedTuple):
    """What is sent; no token and no body where they are empty."""

    path: str
    token: str = ""
    body: str = ""
    method: str = "GET"

    @property
    def line(self) -> str:
        """As the script reads it."""
        return f"{self.method}\t{self.path}\t{self.token}\t{self.body}\n"


@dataclass(frozen=True)
class Came:
    """What came of a load; `refused` were answered with an error, `broken` not at all."""

    requests: int
    seconds: float
    refused: int
    broken: int
    p50_ms: float
    p99_ms: float

    @property
    def granted_a_second(self) -> float:
        """How many were answered with what was wanted."""
        return (self.requests - self.refused) / self.seconds

    @property
    def answered_a_second(self) -> float:
        """How many were answered at all."""
        return self.requests / self.seconds


@dataclass(frozen=True)
class Load:
    """Requests for one server, kept in a file as long as they are wanted."""

    url: str
    file: Path
    connections: int = CONNECTIONS

    def run(self, seconds: int) -> Came:
        """Send them for so long.

        Raises:
            CalledProcessError: wrk found nobody there.
        """
        said = subprocess.run(  # noqa: S603 - Debian's wrk on our own server
            [
                *("wrk", "-t", "1", "-c", str(self.connections), "-d", str(seconds)),
                *("--timeout", "10", "-s", str(SCRIPT), self.url, "--", str(self.file)),
            ],
            capture_output=True,
            text=True,
            check=True,
            timeout=seconds + 60,
        )
        return Came(**json.loads(said.stdout.strip().splitlines()[-1]))


@contextmanager
def prepared(
    url: str, requests: Iterable[Request], connections: int = CONNECTIONS
) -> Iterator[Load]:
    """A load of these requests; its file goes with the block."""
    with tempfile.NamedTemporaryFile("w", suffix=".requests") as file:
        file.writelines(request.line for request in requests)
        file.flush()
        yield Load(url, Path(file.name), connections)


def in_turn(loads: Mapping[str, Load], repeats: int, seconds: int) -> dict[str, list[Came]]:
    """Run all loads one after the other, and that so often; what came of each, by its name."""
    came: dict[str, list[Came]] = {name: [] for name in loads}
    for load in loads.values():
        load.run(1)  # nobody is the first to connect, to plan, or to be looked up
    for _ in range(repeats):
        for name, load in loads.items():
            came[name].append(load.run(seconds))
    return came


def granted(came: Sequence[Came]) -> Samples:
    """Requests a second that were answered with what was wanted."""
    return Samples([each.granted_a_second for each in came])


def answered(came: Sequence[Came]) -> Samples:
    """Requests a second that were answered at all."""
    return Samples([each.answered_a_second for each in came])

"""The live process itself, in front of a Redis of its own, and streams read line by line."""

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import requests

from flashpromo.config import Settings
from flashpromo.news.tickets import Tickets
from tests.own_redis import OwnRedis
from tests.processes.running import ROOT, eventually

HOST = "127.0.0.1"
COMMAND = ("-m", "flask", "--app", "wsgi", "live")
TURNS_INTO = ("-m", "flashpromo.live", "--host", HOST)
SECONDS = 20
"""A stream that says nothing for so long fails its test."""


@dataclass
class Stream:
    """What a page gets of one stream."""

    answer: requests.Response
    lines: Iterator[str] = field(init=False)

    def __post_init__(self) -> None:
        self.lines = self.answer.iter_lines(decode_unicode=True, chunk_size=1)

    def block(self) -> dict[str, str]:
        """The next event or heartbeat: its fields; what begins with a colon under an empty name."""
        found: dict[str, str] = {}
        for line in self.lines:
            if not line:
                return found
            name, _, value = line.partition(":")
            found[name] = value.strip()
        return {"end": "true"}

    def news(self) -> dict:
        """What the next event says; heartbeats before it are passed over."""
        while "data" not in (block := self.block()):
            assert "end" not in block, "the stream has ended"
        assert block["event"] == "news"
        return json.loads(block["data"])

    def rest(self) -> list[dict[str, str]]:
        """What comes until the stream ends."""
        found = []
        while "end" not in (block := self.block()):
            found.append(block)
        return found

    def close(self) -> None:
        self.answer.close()


@dataclass
class Live:
    """One process, where it is, and who may listen to it."""

    process: subprocess.Popen
    port: int
    log: Path
    tickets: Tickets
    streams: list[Stream] = field(default_factory=list)

    def health(self) -> dict:
        try:
            return requests.get(f"http://{HOST}:{self.port}/healthz", timeout=5).json()
        except requests.ConnectionError:
            return {}

    def ask(self, ticket: str, **headers: str) -> requests.Response:
        return requests.get(
            f"http://{HOST}:{self.port}/live/",
            params={"ticket": ticket},
            headers={name.replace("_", "-"): value for name, value in headers.items()},
            stream=True,
            timeout=SECONDS,
        )

    def listen(self, client_id: int, **headers: str) -> Stream:
        """Open a stream, and take what it begins with."""
        answer = self.ask(self.tickets.issue(client_id), **headers)
        assert answer.status_code == 200, answer.status_code
        self.streams.append(stream := Stream(answer))
        assert stream.block()["retry"] == "3000"
        return stream

    def await_hearing(self) -> None:
        eventually(lambda: self.health().get("hears"), SECONDS, "it hears")

    def await_listeners(self, count: int) -> None:
        eventually(lambda: self.health().get("listeners") == count, SECONDS, f"{count} listen")

    def end(self) -> int:
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(SECONDS)


@contextmanager
def running(redis_url: str, folder: Path, *command: str, **environment: str) -> Iterator[Live]:
    """Start it as `bin/run` does, or by what that turns into; and end what is left of it."""
    with socket.create_server((HOST, 0)) as free:
        port = free.getsockname()[1]
    log = folder / "live.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, *(command or COMMAND), "--port", str(port)],
            cwd=ROOT,
            env=os.environ | {"REDIS_URL": redis_url} | environment,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
        )
    settings = Settings()
    tickets = Tickets(settings.secret_key, settings.live_ticket_seconds)
    live = Live(process, port, log, tickets)
    try:
        eventually(lambda: live.health() or process.poll() is not None, 60, "it listens")
        assert process.poll() is None, log.read_text()
        yield live
    finally:
        for stream in live.streams:
            stream.close()
        process.kill()
        process.wait(SECONDS)


@pytest.fixture(scope="module")
def own(app, settings, tmp_path_factory) -> Iterator[OwnRedis]:
    """A Redis of this file alone."""
    own = OwnRedis(tmp_path_factory.mktemp("redis"))
    own.start()
    yield own
    own.stop()


@pytest.fixture(scope="module")
def live(own: OwnRedis, tmp_path_factory) -> Iterator[Live]:
    """A process that the tests of a file share, with little room and a quick heart."""
    few = {
        "FLASHPROMO_LIVE_HEARTBEAT_SECONDS": "0.5",
        "FLASHPROMO_LIVE_CONNECTIONS": "5",
        "FLASHPROMO_LIVE_CONNECTIONS_PER_CLIENT": "2",
    }
    with running(own.url, tmp_path_factory.mktemp("live"), **few) as live:
        live.await_hearing()
        yield live


@pytest.fixture(autouse=True)
def alone(request: pytest.FixtureRequest) -> Iterator[None]:
    """No stream of the test before is left."""
    yield
    if "live" in request.fixturenames:
        live: Live = request.getfixturevalue("live")
        for stream in live.streams:
            stream.close()
        live.streams.clear()
        if live.process.poll() is None:
            live.await_listeners(0)

"""The processes of the service, as `bin/lib/program` starts them, while a group needs them.

And the bare server that they are held against, with the same settings.
"""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from typing import Final, NamedTuple
from urllib.error import URLError
from urllib.request import urlopen

GRANIAN: Final = (
    *("--interface", "wsgi", "--workers", "2", "--blocking-threads", "4", "--no-ws"),
    *("--host", "127.0.0.1", "--log-level", "error"),
)
UNLIMITED: Final = {
    "FLASHPROMO_REQUESTS_PER_TOKEN": "1000000000",
    "FLASHPROMO_REQUESTS_PER_ADDRESS": "1000000000",
}
"""The rate is counted as always, and nobody reaches it."""
PATIENCE_SECONDS: Final = 60


class Serving(NamedTuple):
    """A web server: its address, and the number of its first process."""

    url: str
    pid: int


@contextmanager
def web(settings: Mapping[str, str] = UNLIMITED) -> Iterator[str]:
    """The service's own web server; its address, once it answers."""
    with serving(settings=settings) as found:
        yield found.url


@contextmanager
def serving(app: str = "wsgi:app", *, settings: Mapping[str, str] = UNLIMITED) -> Iterator[Serving]:
    """A web server with an application."""
    port = free_port()
    program = ["-m", "granian", *GRANIAN, "--port", str(port), app]
    with process(program, settings) as running:
        url = f"http://127.0.0.1:{port}"
        _await_answer(f"{url}/healthz", running)
        yield Serving(url, running.pid)


@contextmanager
def bare() -> Iterator[str]:
    """The bare server; its address."""
    with serving("bench.bare:app", settings={}) as found:
        yield found.url


@contextmanager
def flask(*command: str, settings: Mapping[str, str] | None = None) -> Iterator[int]:
    """A process of `flask COMMAND`; its number."""
    with process(["-m", "flask", *command], settings or {}) as running:
        yield running.pid


@contextmanager
def process(
    arguments: Sequence[str], settings: Mapping[str, str]
) -> Iterator["subprocess.Popen[bytes]"]:
    """Python with these arguments, in a process group that ends with the block."""
    environment = {**os.environ, "FLASK_APP": "wsgi.py", "TZ": "UTC", **settings}
    running = subprocess.Popen(  # noqa: S603 - our own programs
        [sys.executable, *arguments],
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        yield running
    finally:
        _end(running)


def _end(running: "subprocess.Popen[bytes]") -> None:
    with suppress(ProcessLookupError):
        os.killpg(running.pid, signal.SIGTERM)
    with suppress(subprocess.TimeoutExpired):
        running.wait(15)
    with suppress(ProcessLookupError):
        os.killpg(running.pid, signal.SIGKILL)
    running.wait()


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        return int(free.getsockname()[1])


def await_port(port: int, running: "subprocess.Popen[bytes]") -> None:
    """Wait until the process takes connections; raises `RuntimeError` when it does not."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline and running.poll() is None:
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        time.sleep(0.05)
    raise RuntimeError(f"nobody listens on port {port}")


def _await_answer(url: str, running: "subprocess.Popen[bytes]") -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline and running.poll() is None:
        with suppress(URLError, OSError), urlopen(url, timeout=5):  # noqa: S310 - our own server
            return
        time.sleep(0.1)
    raise RuntimeError(f"{url} does not answer")

"""The web as it is run, and how much memory its one worker takes; on a port of its own."""

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path

from tests.processes.running import ROOT, eventually

MEGABYTE = 1024 * 1024


@dataclass
class Web:
    """A web server, what it says, and how much memory its worker takes."""

    process: subprocess.Popen[bytes]
    port: int
    log: Path

    def connect(self) -> HTTPConnection:
        return HTTPConnection("127.0.0.1", self.port, timeout=120)

    def socket(self) -> socket.socket:
        return socket.create_connection(("127.0.0.1", self.port), timeout=30)

    @property
    def answers(self) -> bool:
        with suppress(OSError), closing(self.connect()) as connection:
            connection.request("GET", "/healthz")
            return connection.getresponse().status == 200
        return False

    def memory_mb(self) -> float:
        """What the worker has in memory now."""
        return self._status("VmRSS")

    def peak_mb(self) -> float:
        """The most that it ever had."""
        return self._status("VmHWM")

    def _status(self, name: str) -> float:
        pid = self.process.pid
        (worker,) = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
        for line in Path(f"/proc/{worker}/status").read_text().splitlines():
            if line.startswith(name):
                return int(line.split()[1]) * 1024 / MEGABYTE
        raise AssertionError(name)


@contextmanager
def serving(folder: Path, **environment: str) -> Iterator[Web]:
    """A web server that ends with the block."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    log = folder / "web.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [
                *(sys.executable, "-m", "granian", "--interface", "wsgi", "--no-ws"),
                *("--host", "127.0.0.1", "--port", str(port), "--access-log"),
                *("--workers", "1", "--blocking-threads", "4", "wsgi:app"),
            ],
            cwd=ROOT,
            env=os.environ | environment,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
        )
    web = Web(process, port, log)
    try:
        eventually(lambda: web.answers, 60, "the web answers")
        yield web
    finally:
        process.terminate()
        process.wait(30)

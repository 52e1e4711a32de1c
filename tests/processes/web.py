"""The web server itself, on a port of its own, in front of this worker's database."""

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import requests

from tests.processes.running import ROOT, eventually

HOST = "127.0.0.1"


@contextmanager
def served(folder: Path, **environment: str) -> Iterator[str]:
    """Start granian as `bin/run` does; its address, while it serves."""
    with socket.create_server((HOST, 0)) as free:
        port = free.getsockname()[1]
    command = ["--interface", "wsgi", "--host", HOST, "--port", str(port), "wsgi:app"]
    with (folder / "web.log").open("wb") as log:
        web = subprocess.Popen(
            [sys.executable, "-m", "granian", *command],
            cwd=ROOT,
            env=os.environ | environment,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
        )
    try:
        eventually(lambda: answers(f"http://{HOST}:{port}/readyz"), 60, "the web is ready")
        yield f"http://{HOST}:{port}"
    finally:
        web.terminate()
        web.wait(30)


def answers(address: str) -> bool:
    """Whether it is there and well."""
    try:
        return requests.get(address, timeout=5).status_code == 200
    except requests.ConnectionError:
        return False

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


def start(folder: Path, **environment: str) -> tuple[subprocess.Popen[bytes], str]:
    """Start granian as `bin/run` does, and wait until it serves; the process and its address."""
    with socket.create_server((HOST, 0)) as free:
        port = free.getsockname()[1]
    command = ["--interface", "wsgi", "--host", HOST, "--port", str(port)]
    with (folder / "web.log").open("wb") as log:
        web = subprocess.Popen(
            [sys.executable, "-m", "granian", *command, "--workers-kill-timeout", "15", "wsgi:app"],
            cwd=ROOT,
            env=os.environ | environment,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
        )
    address = f"http://{HOST}:{port}"
    try:
        eventually(lambda: answers(f"{address}/readyz"), 60, "the web is ready")
    except BaseException:
        web.terminate()
        web.wait(30)
        raise
    return web, address


@contextmanager
def served(folder: Path, **environment: str) -> Iterator[str]:
    """The address of a web while it serves."""
    web, address = start(folder, **environment)
    try:
        yield address
    finally:
        web.terminate()
        web.wait(30)


def answers(address: str) -> bool:
    """Whether it is there and well."""
    try:
        return requests.get(address, timeout=5).status_code == 200
    except requests.ConnectionError:
        return False

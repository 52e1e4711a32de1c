"""What listens nowhere says by a file that it lives; deploy/healthy.py reads it."""

import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from tests.processes.running import ROOT, Service, eventually


def healthy(*words: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-I", "deploy/healthy.py", *map(str, words)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("name", ["worker letters", "scheduler"])
def test_a_process_without_a_port_shows_that_it_lives(
    service: Service, clean, tmp_path: Path, name
):
    file = tmp_path / "alive"
    service.environment["FLASHPROMO_ALIVE_FILE"] = str(file)
    service.start(name)
    eventually(file.exists, 10)
    assert healthy(file, 90).returncode == 0


def test_one_that_has_stopped_does_not(tmp_path: Path):
    file = tmp_path / "alive"
    assert healthy(file, 90).returncode == 1
    file.touch()
    assert "s ago" in healthy(file, -1).stderr


class Half(BaseHTTPRequestHandler):
    """Has one page alone."""

    def do_GET(self) -> None:
        self.send_response(200 if self.path == "/readyz" else 503)
        self.end_headers()
        self.wfile.write(b"because of the moon")

    def log_message(self, *_: object) -> None:
        pass


def test_one_who_answers_with_200_is_well():
    with ThreadingHTTPServer(("127.0.0.1", 0), Half) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        address = f"http://127.0.0.1:{server.server_port}"
        assert healthy(f"{address}/readyz").returncode == 0
        ill = healthy(f"{address}/other")
        server.shutdown()
    assert ill.returncode == 1
    assert "503 because of the moon" in ill.stderr


def test_nobody_who_answers_is_not_well():
    said = healthy("http://127.0.0.1:1/readyz")
    assert said.returncode == 1
    assert "Connection refused" in said.stderr

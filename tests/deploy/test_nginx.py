"""nginx itself, with the files of deploy/nginx, in front of the web and of a stream."""

import shutil
import socket
import subprocess
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
import requests
from flask import Flask

from tests.deploy.compose import ROOT
from tests.processes.running import eventually
from tests.processes.web import served

NGINX = shutil.which("nginx") or "/usr/sbin/nginx"
FILES = ROOT / "deploy" / "nginx"


class Stream(BaseHTTPRequestHandler):
    """Sends one event, and the next one only when it is told to."""

    go_on = threading.Event()
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(b"data: first\n\n")
        self.wfile.flush()
        self.go_on.wait(30)
        self.wfile.write(b"data: second\n\n")

    def log_message(self, *_: object) -> None:
        pass


@dataclass
class Front:
    """A running nginx and where it listens."""

    folder: Path
    http: str
    https: str

    def get(self, path: str, **kwargs) -> requests.Response:
        return requests.get(
            self.https + path, verify=self.folder / "fullchain.pem", timeout=10, **kwargs
        )

    @property
    def log(self) -> str:
        return (self.folder / "access.log").read_text()


def free_ports(count: int) -> list[int]:
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [each.getsockname()[1] for each in sockets]
    for each in sockets:
        each.close()
    return ports


def listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def write_files(folder: Path, http: int, https: int, web: str, live: str) -> Path:
    """The files as docs/deploy.md puts them, with this test's addresses and places."""
    replaced = {
        "listen 80;": f"listen 127.0.0.1:{http};",
        "listen 443 ": f"listen 127.0.0.1:{https} ",
        "  listen [::]:80;\n": "",
        "  listen [::]:443 ssl http2;\n": "",
        "/etc/nginx/mime.types": f"{folder}/mime.types",
        "/etc/nginx/certificates": str(folder),
        "/srv/flashpromo/": f"{ROOT}/",
        "/dev/stdout": f"{folder}/access.log",
        "/dev/stderr": f"{folder}/error.log",
        "127.0.0.1:8000": web,
        "127.0.0.1:8002": "127.0.0.1:1",  # one of the two is just being restarted
        "127.0.0.1:8001": live,
        "/tmp/client": f"{folder}/client",
        "/tmp/proxy": f"{folder}/proxy",
        "/tmp/fastcgi": f"{folder}/fastcgi",
        "/tmp/uwsgi": f"{folder}/uwsgi",
        "/tmp/scgi": f"{folder}/scgi",
        "/tmp/nginx.pid": f"{folder}/nginx.pid",
    }
    (folder / "flashpromo").mkdir()
    shutil.copy("/etc/nginx/mime.types", folder)
    for source in FILES.glob("*.conf"):
        text = source.read_text()
        for old, new in replaced.items():
            text = text.replace(old, new)
        name = source.name.replace("upstreams-host", "upstreams")
        (folder / ("" if name == "nginx.conf" else "flashpromo") / name).write_text(text)
    return folder / "nginx.conf"


def make_certificate(folder: Path) -> None:
    request = "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2"
    names = "-subj /CN=localhost -addext subjectAltName=IP:127.0.0.1"
    files = "-keyout privkey.pem -out fullchain.pem"
    command = f"{request} {names} {files}".split()
    subprocess.run(command, cwd=folder, check=True, capture_output=True)


@pytest.fixture(scope="module")
def front(app: Flask, tmp_path_factory) -> Iterator[Front]:
    folder = tmp_path_factory.mktemp("nginx")
    http, https = free_ports(2)
    make_certificate(folder)
    stream = ThreadingHTTPServer(("127.0.0.1", 0), Stream)
    stream.daemon_threads = True
    threading.Thread(target=stream.serve_forever, daemon=True).start()
    settings = {"FLASHPROMO_TRUSTED_PROXIES": "1", "FLASHPROMO_FORCE_HTTPS": "true"}
    with served(folder, **settings) as address:
        web, live = address.removeprefix("http://"), f"127.0.0.1:{stream.server_port}"
        command = [NGINX, "-p", folder, "-c", write_files(folder, http, https, web, live)]
        subprocess.run([*command, "-t"], check=True, capture_output=True)
        nginx = subprocess.Popen([*command, "-g", "daemon off;"], stderr=subprocess.DEVNULL)
        try:
            found = Front(folder, f"http://127.0.0.1:{http}", f"https://127.0.0.1:{https}")
            eventually(lambda: listens(http), 10, "nginx listens")
            yield found
        finally:
            nginx.terminate()
            nginx.wait(10)
            stream.shutdown()
            stream.server_close()


def test_http_is_led_to_https(front):
    answer = requests.get(f"{front.http}/sign-in/?a=1", allow_redirects=False, timeout=5)
    assert answer.status_code == 308
    assert answer.headers["Location"] == "https://127.0.0.1/sign-in/?a=1"


def test_the_web_is_told_that_it_is_https_and_who_asks(front):
    """Without that it would lead a browser to https for ever."""
    answer = front.get("/", allow_redirects=False, headers={"X-Forwarded-For": "198.51.100.7"})
    assert answer.status_code == 200
    assert "Strict-Transport-Security" in answer.headers
    assert "Content-Encoding" not in answer.headers
    assert "127.0.0.1 " in front.log


def test_static_files_come_from_nginx_compressed_and_are_kept_by_their_version(front):
    own = front.get("/static/styles/base.css")
    assert own.text == (ROOT / "static/styles/base.css").read_text()
    assert own.headers["Content-Encoding"] == "gzip"
    assert own.headers["Cache-Control"] == "no-cache"
    assert own.headers["X-Content-Type-Options"] == "nosniff"
    again = {"If-Modified-Since": own.headers["Last-Modified"]}
    assert front.get("/static/styles/base.css", headers=again).status_code == 304
    (vendored,) = (ROOT / "static/vendor").glob("htmx*/htmx.min.js")
    kept = front.get(f"/{vendored.relative_to(ROOT)}")
    assert "immutable" in kept.headers["Cache-Control"]
    assert front.get("/static/../flashpromo/config.py").status_code == 404


def test_events_come_as_they_are_sent(front):
    with front.get("/live/", stream=True) as answer:
        lines = answer.iter_lines()
        assert next(lines) == b"data: first"
        Stream.go_on.set()
        assert list(lines)[-2] == b"data: second"


def test_the_token_of_a_link_is_not_written_down(front):
    front.get("/link/a-secret-token?next=1")
    eventually(lambda: "/link/" in front.log, 5)
    assert "a-secret" not in front.log


def test_what_is_for_operators_is_not_for_the_world(front):
    assert front.get("/metrics").status_code == 404


def test_one_address_cannot_try_passwords_without_end(front):
    codes = {front.get("/sign-in/").status_code for _ in range(40)}
    assert 429 in codes
    assert front.get("/api/openapi.json").status_code == 200

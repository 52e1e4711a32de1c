"""Where channels send to while they are measured: servers on this machine that take everything.

A channel that sends over a network has an entry in `SINKS`; others need none. A sink is a process
of its own, so that it does not wait for its turn in Python with whoever sends.
"""

import socketserver
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Final, NamedTuple

from bench import services

HOST: Final = "127.0.0.1"
SECRET: Final = "whsec_" + "YmVuY2htYXJrcyBvZiBmbGFzaCBwcm9tb3Mh"


class PostSink(BaseHTTPRequestHandler):
    """Says 204 to whatever is posted."""

    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        """Read it, and forget it."""
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self.send_response(204)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Say nothing."""


class MailSink(socketserver.StreamRequestHandler):
    """Takes every mail, as far as RFC 5321 asks for it."""

    def handle(self) -> None:
        """Answer line by line; what follows DATA is read up to its dot."""
        self._say("220 sink")
        while line := self.rfile.readline():
            verb = line[:4].upper()
            if verb == b"DATA":
                self._say("354 go on")
                while self.rfile.readline() not in {b".\r\n", b""}:
                    pass
            self._say("221 bye" if verb == b"QUIT" else "250 taken")
            if verb == b"QUIT":
                return

    def _say(self, line: str) -> None:
        self.wfile.write(f"{line}\r\n".encode())


class MailServer(socketserver.ThreadingTCPServer):
    """One thread for each line."""

    daemon_threads = True
    allow_reuse_address = True


class Sink(NamedTuple):
    """The server of one kind, and the settings with which a channel finds it at a port."""

    serve: Callable[[int], socketserver.BaseServer]
    settings: Callable[[int], Mapping[str, object]]


SINKS: Final[Mapping[str, Sink]] = {
    "webhook": Sink(
        lambda port: ThreadingHTTPServer((HOST, port), PostSink),
        lambda port: {"webhook_url": f"http://{HOST}:{port}/", "webhook_secrets": (SECRET,)},
    ),
    "email": Sink(
        lambda port: MailServer((HOST, port), MailSink),
        lambda port: {
            "smtp_host": HOST,
            "smtp_port": port,
            "smtp_tls": "none",
            "mail_from": "bench@promos.example",
        },
    ),
}


@contextmanager
def of(channel: str) -> Iterator[Mapping[str, object]]:
    """The settings with which a channel reaches its sink, for as long as the block lasts."""
    if channel not in SINKS:
        yield {}
        return
    port = services.free_port()
    with services.process(["-m", "bench.sinks", channel, str(port)], {}) as running:
        services.await_port(port, running)
        yield SINKS[channel].settings(port)


if __name__ == "__main__":
    SINKS[sys.argv[1]].serve(int(sys.argv[2])).serve_forever()

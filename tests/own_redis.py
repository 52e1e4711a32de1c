"""A Redis of one test alone: to be stopped, hung and flushed without harm to the others."""

import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from flask import Flask
from redis import Redis
from redis.exceptions import ConnectionError as RedisAway

from flashpromo import cache
from flashpromo.app import create_app
from flashpromo.config import Settings
from flashpromo.db import db
from flashpromo.guarded_redis import GuardedRedis
from flashpromo.queueing.bell import BELL

BREAKER_SECONDS = 0.3


@dataclass
class OwnRedis:
    """A redis-server on a socket in its own folder, and the application that uses it."""

    folder: Path
    process: subprocess.Popen | None = None
    app: Flask | None = None

    @property
    def socket(self) -> Path:
        return self.folder / "redis.sock"

    @property
    def url(self) -> str:
        return f"unix://{self.socket}?db=0"

    @property
    def connection(self) -> Redis:
        return Redis.from_url(self.url)

    def start(self) -> None:
        quiet = ["--port", "0", "--save", "", "--appendonly", "no", "--dir", str(self.folder)]
        command = ["redis-server", *quiet, "--unixsocket", str(self.socket)]
        self.process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
        while not self._answers():
            assert self.process.poll() is None, "redis-server has ended"
            time.sleep(0.01)

    def stop(self) -> None:
        if self.process is not None:
            self.process.send_signal(signal.SIGCONT)
            self.process.kill()
            self.process.wait()
            self.process = None
            self.socket.unlink(missing_ok=True)

    def hang(self) -> None:
        """It still takes connections, and answers nothing."""
        self.process.send_signal(signal.SIGSTOP)

    def go_on(self) -> None:
        if self.process is not None:
            self.process.send_signal(signal.SIGCONT)

    def flush(self) -> None:
        with self.connection as redis:
            redis.flushall()

    def forgive(self) -> None:
        """Close every circuit breaker of the application, as time would."""
        for guarded in (cache.current(), self.app.extensions[BELL]):
            assert isinstance(guarded, GuardedRedis)
            guarded._closed_until = 0.0

    def _answers(self) -> bool:
        """Its socket is there a moment before it listens."""
        if not self.socket.exists():
            return False
        with self.connection as redis, suppress(RedisAway):
            return bool(redis.ping())
        return False


@contextmanager
def running_app(own: OwnRedis, settings: Settings) -> Iterator[Flask]:
    """Another application over the same database, with short patience for its own Redis."""
    changed = {
        "redis_url": own.url,
        "redis_timeout_ms": 50,
        "redis_breaker_seconds": BREAKER_SECONDS,
    }
    other = create_app(settings.model_copy(update=changed))
    other.testing = True
    own.app = other
    with other.app_context():
        yield other
        db.session.remove()
        db.engine.dispose()

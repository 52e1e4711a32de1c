"""What goes wrong in the queues, planted for the operators' pages."""

import base64
import time
import zlib
from collections.abc import Callable
from dataclasses import dataclass

import pytest
from flask import Flask
from redis import Redis

from flashpromo.cli import rounds
from flashpromo.queueing import bell
from flashpromo.queueing.job import KEEP_FAILED_SECONDS
from flashpromo.queueing.names import ACTIVATE, ACTIVATION
from tests.console.conftest import Town, look_as, town
from tests.operations.conftest import sign_in_workers
from tests.pages.conftest import Browser
from tests.queueing.conftest import Hand

__all__ = ["look_as", "town"]

QUEUES, HEALTH, AUDIT = "/admin/queues/", "/admin/health/", "/admin/audit/"
FAILED = f"rq:failed:{ACTIVATION}"
SCRIPT = "<script>alert(1)</script>"
TRACEBACK = (
    f'Traceback (most recent call last):\n  File "flashpromo/x.py", line 7\nValueError: {SCRIPT}'
)


@dataclass
class Workshop:
    """The queues of a town, and a hand that reaches into them past all of our code."""

    app: Flask
    redis: Redis

    def fail(self, name: str, data: object, error: str = TRACEBACK) -> str:
        """Put a job among the failed ones, as RQ does."""
        with self.app.app_context():
            Hand(self.redis).write(name, data)
        note = base64.b64encode(zlib.compress(error.encode()))
        self.redis.xadd(f"rq:results:{name}", {"type": 2, "exc_string": note})
        self.redis.zadd(FAILED, {name: time.time() - 60 + KEEP_FAILED_SECONDS})
        return name

    def ring(self, promo_id: int) -> None:
        with self.app.app_context():
            assert bell.ring_now(ACTIVATE, promo_id)

    def sign_in_workers(self) -> None:
        with self.app.app_context():
            sign_in_workers(self.redis)

    def leave_a_trace(self) -> None:
        """What a scheduler does in its first seconds."""
        with self.app.app_context():
            rounds.make_partitions()
        with self.app.app_context():
            rounds.lanes()[-1].rounds[0].action()


@pytest.fixture
def workshop(app: Flask, redis: Redis, town: Town) -> Workshop:
    return Workshop(app, redis)


@pytest.fixture
def operator(look_as: Callable[[str], Browser]) -> Browser:
    return look_as("admin")

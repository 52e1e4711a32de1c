"""A worker process: one queue, a fresh child for each job, and no end until it is told to end.

Known of RQ and answered here: its loop ends at whatever it cannot read, and waits ever longer for a
Redis that is away; its commands let anyone who writes to Redis stop it; a killed worker leaves its
child behind, and one that is told to end waits for its child however long that takes.
"""

import contextlib
import ctypes
import logging
import os
import signal
import threading
import time
from datetime import UTC, datetime
from types import FrameType
from typing import Final

from redis.client import Pipeline
from redis.exceptions import RedisError
from rq import Queue, Worker, worker_registration
from rq.exceptions import StopRequested
from rq.job import Job
from rq.serializers import JSONSerializer

from flashpromo import pulse
from flashpromo.config import Settings
from flashpromo.db import db
from flashpromo.guarded_redis import connect
from flashpromo.queueing.job import REDIS_IS_AWAY, AllowListedJob, queue

log = logging.getLogger(__name__)

RESTART_SECONDS: Final = 1.0
FAREWELL_SECONDS: Final = 1.0
GRACE_SECONDS: Final = 5.0
"""How long a job may go on once its worker is told to end; what is left of it the sweep finds."""

TIME_TO_LIVE_SECONDS: Final = 20
"""RQ derives from it that it asks for work every 5 s, and gives up a connection after 15 s."""

END_WITH_PARENT: Final = 1  # PR_SET_PDEATHSIG of prctl(2)


class ForkingWorker(Worker):
    """RQ's worker, made to last."""

    max_connection_wait_time = RESTART_SECONDS

    def __init__(self, settings: Settings, queue_name: str) -> None:
        """Serve the queue `queue_name` of the Redis that `settings` name."""
        self._settings = settings
        redis = connect(settings)
        super().__init__(
            [queue(queue_name, redis)],
            connection=redis,
            job_class=AllowListedJob,
            serializer=JSONSerializer,
            worker_ttl=TIME_TO_LIVE_SECONDS,
        )

    @property
    def asked_to_stop(self) -> bool:
        """A signal came; any other end of `work` is an accident."""
        return self._shutdown_requested_date is not None

    def subscribe(self) -> None:
        """Take no commands: RQ would let whoever writes to Redis stop the worker."""

    def main_work_horse(self, job: Job, queue: Queue) -> None:
        """In the new child: end with the parent, forget its connections unclosed, then work."""
        _end_with_parent(self.pid)
        db.engine.dispose(close=False)
        super().main_work_horse(job, queue)

    def dequeue_job_and_maintain_ttl(
        self, timeout: int | None, max_idle_time: int | None = None
    ) -> tuple[Job, Queue] | None:
        """Wait for a job; what cannot be read is out of the queue by then, and dropped."""
        while True:
            try:
                return super().dequeue_job_and_maintain_ttl(timeout, max_idle_time)
            except (RedisError, StopRequested):
                raise
            except Exception:
                log.exception("dropped an unreadable job from the queue")

    def run_maintenance_tasks(self) -> None:
        """Tidy up RQ's lists; what cannot be read there stops nobody."""
        try:
            super().run_maintenance_tasks()  # type: ignore[no-untyped-call]
        except (StopRequested, *REDIS_IS_AWAY):
            raise
        except Exception:
            log.exception("RQ's lists hold something unreadable")
            self.last_cleaned_at = datetime.now(UTC)  # type: ignore[assignment]

    def heartbeat(self, timeout: int | None = None, pipeline: Pipeline | None = None) -> None:
        """Show that the worker lives, also to a Redis that came back without knowing it."""
        pulse.beat(self._settings.alive_file)
        super().heartbeat(timeout, pipeline)
        if pipeline is None:
            worker_registration.register(self)
            self.connection.hset(self.key, mapping=self.serialize())

    def request_stop(self, signum: int, frame: FrameType | None) -> None:
        """Stop after the job in hand; every few seconds a further signal ends job and worker.

        Else a worker whose Redis hangs would wait for it. One more would not do: what the signal
        raises is lost where Python ignores it, as right after a fork.
        """
        threading.Thread(target=_insist, args=(os.getpid(),), daemon=True).start()
        super().request_stop(signum, frame)  # type: ignore[no-untyped-call]

    def end_job(self) -> None:
        """End the child that an accident has left behind, if there is one."""
        if self.horse_pid:
            log.warning("the job in hand is ended; the sweep will find what is left of it")
            self.kill_horse()
            self.wait_for_horse()

    def register_death(self) -> None:
        """Sign off, if Redis listens: nobody waits for it."""
        self.connection = connect(self._settings, FAREWELL_SECONDS)
        with contextlib.suppress(RedisError):
            super().register_death()  # type: ignore[no-untyped-call]


def work(settings: Settings, queue_name: str, *, burst: bool = False) -> None:
    """Serve `queue_name` until SIGTERM or SIGINT; start anew whatever happens to Redis.

    Args:
        settings: where Redis is.
        queue_name: one of `names.QUEUES`; one only, so that a popped job cannot be lost.
        burst: return once the queue is empty.

    Raises:
        RedisError: in a burst, when Redis is away.
    """
    with contextlib.suppress(StopRequested):
        while not _serve(settings, queue_name, burst=burst):
            pulse.beat(settings.alive_file)
            log.warning("the worker starts again")
            time.sleep(RESTART_SECONDS)


def _insist(pid: int) -> None:
    while True:
        time.sleep(GRACE_SECONDS)
        os.kill(pid, signal.SIGTERM)


def _serve(settings: Settings, queue_name: str, *, burst: bool) -> bool:
    """Work until the queue is empty, a signal comes (True), or something breaks (False)."""
    _obey_signals()
    try:
        worker = ForkingWorker(settings, queue_name)
    except RedisError as error:
        if burst:
            raise
        log.warning("Redis does not answer: %s", error)
        return False
    log.info("serving the queue %s", queue_name)
    try:
        worker.work(burst=burst, logging_level="WARNING")
    except RedisError as error:
        log.warning("Redis does not answer: %s", error)
    finally:
        _obey_signals()
        worker.end_job()
    return burst or worker.asked_to_stop


def _obey_signals() -> None:
    """While RQ's own handlers are not in place, a signal ends the process: with code 0.

    By an exception that no `except Exception` on the way can swallow.
    """

    def stop(*_: object) -> None:
        raise SystemExit(0)

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, stop)


def _end_with_parent(parent_pid: int | None) -> None:
    """Let the kernel end this child when its worker is killed; its transaction is rolled back."""
    prctl = getattr(ctypes.CDLL(None), "prctl", None)  # Linux has it
    if prctl is not None:
        prctl(END_WITH_PARENT, signal.SIGKILL)
    if os.getppid() != parent_pid:  # killed before the kernel was asked
        os._exit(1)

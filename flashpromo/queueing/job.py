"""An RQ job that is harmless in the hands of whoever can write to Redis."""

import json
import logging
import time
from collections.abc import Callable, Mapping
from typing import Any, ClassVar, Final, Self, cast

from redis import Redis
from redis.client import Pipeline
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import TimeoutError as RedisTimeoutError
from rq import Queue
from rq.exceptions import NoSuchJobError
from rq.job import Job
from rq.serializers import JSONSerializer

from flashpromo import logs, spans
from flashpromo.queueing import cause as causes
from flashpromo.queueing.names import ACTIVATION, QUEUE_OF, QUEUES, subject

log = logging.getLogger(__name__)

JOB_TIMEOUT_SECONDS: Final = 600
KEEP_FAILED_SECONDS: Final = 7 * 24 * 3600
LARGEST_ID: Final = 2**63 - 1
LONGEST_META: Final = 1000

REDIS_IS_AWAY: Final = (RedisConnectionError, RedisTimeoutError)
"""Redis does not answer, as opposed to: it holds something that makes no sense."""

BELIEVED: Final = frozenset(
    {
        *("data", "description", "origin", "status", "worker_name"),
        *("created_at", "enqueued_at", "started_at", "ended_at", "last_heartbeat"),
    }
)
"""What is read of a job's hash. The rest (callbacks, webhooks, repeats, dependencies, classes named
in `meta`, limits) could make RQ import, call or do more than the one handler."""

Handler = Callable[..., object]


class UnknownJob(Exception):
    """A job in Redis names something that is not on the list, or brings more than ids."""


class AllowListedJob(Job):
    """An RQ job that can only run a function of `handlers`, with ids as arguments, from JSON."""

    handlers: ClassVar[Mapping[str, Handler]] = {}

    def __init__(
        self,
        id: str | None = None,  # noqa: A002 - RQ's own name, passed by keyword
        connection: Redis | None = None,
        serializer: Any = None,  # noqa: ARG002 - whatever is asked for, it is JSON
    ) -> None:
        """Build as RQ does, but always with the JSON serializer."""
        super().__init__(id, connection, JSONSerializer)

    @classmethod
    def fetch(
        cls,
        id: str,  # noqa: A002 - RQ's own name
        connection: Redis | None = None,
        serializer: Any = None,
    ) -> Self:
        """Read a job; one that cannot be read counts as not there, and so stops nobody.

        Raises:
            NoSuchJobError: not there, or not readable.
            RedisError: Redis is away.
        """
        try:
            return cast(Self, super().fetch(id, connection, serializer))
        except (NoSuchJobError, *REDIS_IS_AWAY):
            raise
        except Exception as error:
            raise NoSuchJobError(f"unreadable job {id!r}: {error!r}") from error

    def restore(self, raw_data: Mapping[bytes, bytes]) -> None:
        """Take over what is believed of the hash; how long a job may run and stay is our rule."""
        super().restore({key: raw_data[key] for key in raw_data if _text(key) in BELIEVED})
        if self.origin not in QUEUES:
            self.origin = ACTIVATION
        self.timeout = JOB_TIMEOUT_SECONDS
        self.result_ttl = 0
        self.failure_ttl = KEEP_FAILED_SECONDS
        self.meta = _carried(raw_data.get(b"meta"))

    def perform(self) -> Any:
        """Run it; its lines carry its ids, and that of the request that is its cause."""
        self.check()
        name = cast(str, self.func_name)
        try:
            with spans.span(f"job {name}", "CONSUMER", self.meta, **subject(name, self.args)):
                return self._perform(name)
        finally:
            spans.send()  # the child leaves without ado

    def _perform(self, name: str) -> Any:
        ids = subject(name, self.args) | {"trace_id": spans.trace_id()}
        began = time.monotonic()
        with logs.bound(job=name, job_id=self.id, **ids, **causes.on_lines(self.meta)):
            try:
                answer = super().perform()
            except Exception as error:
                log.error("job failed", extra={"error": type(error).__name__})
                raise
            log.info("job done", extra={"ms": round((time.monotonic() - began) * 1000, 1)})
        return answer

    @property
    def func(self) -> Handler:
        """The handler of this job's name; see `check`."""
        return self.check()

    def check(self) -> Handler:
        """The handler of this job's name.

        Raises:
            UnknownJob: the name is not on the list, the job claims to be a method, or brings
                anything but ids.
            DeserializationError: it is no JSON.
        """
        name = self.func_name
        handler = self.handlers.get(name) if isinstance(name, str) else None
        if handler is None or self.instance is not None or self.kwargs or not _are_ids(self.args):
            raise UnknownJob(f"{name!r} with {self.args!r} is not on the list of jobs")
        return handler

    @property
    def success_callback(self) -> None:
        """Callbacks are named in Redis and imported by RQ: none is ever run."""

    @property
    def failure_callback(self) -> None:
        """None, see `success_callback`."""

    @property
    def stopped_callback(self) -> None:
        """None, see `success_callback`."""

    def send_webhooks(self, *_: Any, **__: Any) -> None:
        """Addresses named in Redis are never called."""


def queue(name: str, redis: Redis) -> Queue:
    """The queue `name`, with this job class and JSON."""
    return Queue(name, connection=redis, job_class=AllowListedJob, serializer=JSONSerializer)


def enqueue(
    redis: Redis,
    name: str,
    *ids: int,
    cause: Mapping[str, str],
    pipeline: Pipeline | None = None,
) -> None:
    """Put a new job `name` for these ids into its queue.

    Args:
        redis: where the queue is.
        name: of the list of jobs.
        ids: what the job is about.
        cause: what the job carries of the request that is its cause (see `cause`).
        pipeline: by way of which it is put there, if there is one.
    """
    job = queue(QUEUE_OF[name], redis).enqueue(
        name,
        *ids,
        job_timeout=JOB_TIMEOUT_SECONDS,
        result_ttl=0,
        failure_ttl=KEEP_FAILED_SECONDS,
        meta=dict(cause),
        pipeline=pipeline,
    )
    with logs.bound(**causes.on_lines(cause)):
        log.info("job enqueued", extra={"job": name, "job_id": job.id, **subject(name, ids)})


def _carried(meta: bytes | None) -> dict[str, str]:
    """What is believed of a job's meta: ids of the form that ours have, and nothing else."""
    try:
        told = json.loads(meta or b"{}") if len(meta or b"") <= LONGEST_META else {}
    except (ValueError, RecursionError):
        return {}
    return causes.believed(told) if isinstance(told, dict) else {}


def _are_ids(args: object) -> bool:
    return isinstance(args, list | tuple) and all(
        type(each) is int and 0 < each <= LARGEST_ID for each in args
    )


def _text(key: bytes | str) -> str:
    return key.decode(errors="replace") if isinstance(key, bytes) else key

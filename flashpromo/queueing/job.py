"""An RQ job that is harmless in the hands of whoever can write to Redis."""

from collections.abc import Callable, Mapping
from typing import Any, ClassVar, Final

from redis import Redis
from rq import Queue
from rq.job import Job
from rq.serializers import JSONSerializer

JOB_TIMEOUT_SECONDS: Final = 600
KEEP_FAILED_SECONDS: Final = 7 * 24 * 3600

Handler = Callable[..., object]


class UnknownJob(Exception):
    """A job in Redis names something that is not on the list."""


class AllowListedJob(Job):
    """An RQ job that can only run a function of `handlers`, with arguments from JSON."""

    handlers: ClassVar[Mapping[str, Handler]] = {}

    def __init__(
        self,
        id: str | None = None,  # noqa: A002 - RQ's own name, passed by keyword
        connection: Redis | None = None,
        serializer: Any = None,  # noqa: ARG002 - whatever is asked for, it is JSON
    ) -> None:
        """Build as RQ does, but always with the JSON serializer."""
        super().__init__(id, connection, JSONSerializer)

    @property
    def func(self) -> Handler:
        """The handler of this job's name.

        Raises:
            UnknownJob: when the name is not on the list, or the job claims to be a method.
        """
        handler = self.handlers.get(self.func_name or "")
        if handler is None or self.instance is not None:
            raise UnknownJob(f"{self.func_name!r} is not on the list of jobs")
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

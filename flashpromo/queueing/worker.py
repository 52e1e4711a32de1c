"""A worker process: one queue, a fresh child for each job, and no end when Redis goes."""

import logging
import time

from redis.exceptions import RedisError
from rq import Queue, Worker
from rq.job import Job
from rq.serializers import JSONSerializer

from flashpromo.config import Settings
from flashpromo.db import db
from flashpromo.guarded_redis import connect
from flashpromo.queueing.job import AllowListedJob, queue

log = logging.getLogger(__name__)

RESTART_SECONDS = 1.0


class ForkingWorker(Worker):
    """RQ's worker, whose children never share the parent's database connections."""

    def main_work_horse(self, job: Job, queue: Queue) -> None:
        """In the new child: forget inherited connections without closing them, then work."""
        db.engine.dispose(close=False)
        super().main_work_horse(job, queue)


def work(settings: Settings, queue_name: str, *, burst: bool = False) -> None:
    """Serve `queue_name` until asked to stop; start anew when Redis goes and comes back.

    Args:
        settings: where Redis is.
        queue_name: one of `names.QUEUES`; one only, so that a popped job cannot be lost.
        burst: return once the queue is empty.
    """
    while True:
        redis = connect(settings)
        try:
            worker = ForkingWorker(
                [queue(queue_name, redis)],
                connection=redis,
                job_class=AllowListedJob,
                serializer=JSONSerializer,
            )
            worker.work(burst=burst, logging_level="WARNING")
            return
        except RedisError as error:
            log.warning("Redis does not answer, the worker starts again: %s", error)
            time.sleep(RESTART_SECONDS)

"""The timetable: rq-scheduler's jobs to come, one for each promo that has not started.

Known of rq-scheduler and answered here: its own loop stops with Redis and at one unreadable job,
and a killed one blocks the next by its lock. So `flask scheduler` calls `step` in a loop of its
own, and takes no lock: ringing a bell twice does no harm.
"""

import logging
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import cast

from redis import Redis
from redis.exceptions import RedisError
from rq import Queue
from rq_scheduler import Scheduler

from flashpromo import db
from flashpromo.queueing.bell import on_redis
from flashpromo.queueing.job import JOB_TIMEOUT_SECONDS, AllowListedJob, queue
from flashpromo.queueing.names import ACTIVATION, QUEUE_OF, job_id

log = logging.getLogger(__name__)


class Timetable(Scheduler):  # type: ignore[misc] # rq-scheduler ships no types
    """rq-scheduler's sorted set, one step at a time."""

    def get_queue_for_job(self, job: AllowListedJob) -> Queue:
        """The queue by the job's name; never a queue class named in Redis."""
        return queue(QUEUE_OF.get(job.func_name or "", ACTIVATION), self.connection)

    def step(self) -> int:
        """Enqueue what is due; throw away, with a log line, what cannot be read.

        Returns:
            How many jobs were enqueued.

        Raises:
            RedisError: when Redis is away.
        """
        due = self.connection.zrangebyscore(self.scheduled_jobs_key, 0, _epoch(datetime.now(UTC)))
        enqueued = 0
        for raw_id in due:
            try:
                self.enqueue_job(self.job_class.fetch(raw_id.decode(), connection=self.connection))
                enqueued += 1
            except RedisError:
                raise
            except Exception:
                log.exception("dropped an unreadable job from the timetable: %r", raw_id)
                self.connection.zrem(self.scheduled_jobs_key, raw_id)
        return enqueued


def schedule(at: datetime, name: str, promo_id: int) -> None:
    """After the commit: put the job into the timetable; the same promo again moves its job."""
    db.after_commit(lambda: schedule_now(at, name, promo_id))


def schedule_now(at: datetime, name: str, promo_id: int) -> bool:
    """Put into the timetable at once; False when Redis is away.

    rq-scheduler cuts times to whole seconds: the next whole second is used, so that a bell comes
    late by less than a second rather than early.
    """
    whole = at.astimezone(UTC).replace(microsecond=0)
    if whole < at:
        whole += timedelta(seconds=1)
    return on_redis(
        lambda redis: timetable(redis).enqueue_at(
            whole,
            name,
            promo_id,
            job_id=job_id(name, promo_id),
            queue_name=QUEUE_OF[name],
            timeout=JOB_TIMEOUT_SECONDS,
            job_result_ttl=0,
        )
    )


def cancel(name: str, promo_id: int) -> None:
    """After the commit: take the promo's job out of the timetable."""
    db.after_commit(lambda: cancel_now(name, promo_id))


def cancel_now(name: str, promo_id: int) -> bool:
    """Take out of the timetable at once, together with the job itself."""

    def remove(redis: Redis) -> None:
        timetable(redis).cancel(job_id(name, promo_id))
        redis.delete(AllowListedJob.key_for(job_id(name, promo_id)))

    return on_redis(remove)


def rebuild(redis: Redis, name: str, times: Iterable[tuple[int, datetime]]) -> None:
    """Make the timetable of `name` equal to `times`: (promo id, when) pairs from the database."""
    wanted = {job_id(name, promo_id): (promo_id, at) for promo_id, at in times}
    table = timetable(redis)
    for raw_id in cast(list[bytes], redis.zrange(table.scheduled_jobs_key, 0, -1)):
        known = raw_id.decode(errors="replace")
        if known.startswith(f"{name}-") and known not in wanted:
            table.cancel(known)
    for promo_id, at in wanted.values():
        schedule_now(at, name, promo_id)


def timetable(redis: Redis) -> Timetable:
    """rq-scheduler over `redis`, with our job class."""
    return Timetable(ACTIVATION, interval=1, connection=redis, job_class=AllowListedJob)


def _epoch(moment: datetime) -> int:
    return int(moment.timestamp())

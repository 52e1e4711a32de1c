"""The timetable: rq-scheduler's jobs to come, one for each promo that has not started.

Known of rq-scheduler and answered here: its own loop stops with Redis and at one unreadable job,
and a killed one blocks the next by its lock. So `flask scheduler` calls `step` in a loop of its
own, and takes no lock: ringing a bell twice does no harm.
"""

import logging
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Final, cast

from redis import Redis
from redis.exceptions import RedisError
from rq_scheduler import Scheduler

from flashpromo import db, logs
from flashpromo.barriers import barrier
from flashpromo.guarded_redis import PREFIX
from flashpromo.queueing import cause as causes
from flashpromo.queueing.bell import on_redis
from flashpromo.queueing.job import JOB_TIMEOUT_SECONDS, AllowListedJob, enqueue
from flashpromo.queueing.names import ACTIVATION, QUEUE_OF, job_id

log = logging.getLogger(__name__)

REBUILD_SECONDS: Final = 60
FRESH: Final = f"{PREFIX}timetable-is-fresh"
JOB_KEY: Final = AllowListedJob.redis_job_namespace_prefix.encode()


class Timetable(Scheduler):  # type: ignore[misc] # rq-scheduler ships no types
    """rq-scheduler's sorted set, one step at a time."""

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
                self.remove(raw_id)
        return enqueued

    def enqueue_job(self, job: AllowListedJob) -> None:
        """Put a job of its own into the queue, and take `job` out of the timetable.

        RQ deletes a job that is done. Were it the timetable's, then a bell that came early and set
        itself anew would be deleted as well.

        Raises:
            UnknownJob: it is not on the list.
        """
        job.check()
        barrier("bell.due")
        with self.connection.pipeline() as pipe:
            name, cause = cast(str, job.func_name), job.meta
            enqueue(self.connection, name, *job.args, cause=cause, pipeline=pipe)
            self._remove(pipe, job.id.encode())
            pipe.execute()
        barrier("bell.rung")

    def put(self, at: datetime, name: str, promo_id: int, cause: Mapping[str, str]) -> None:
        """Put the job of this promo at a whole second; the same promo again moves it."""
        self.enqueue_at(
            at,
            name,
            promo_id,
            job_id=job_id(name, promo_id),
            queue_name=QUEUE_OF[name],
            timeout=JOB_TIMEOUT_SECONDS,
            job_result_ttl=0,
            meta=dict(cause),
        )

    def remove(self, *raw_ids: bytes) -> None:
        """Take jobs out, together with what Redis keeps of them."""
        with self.connection.pipeline() as pipe:
            for raw_id in raw_ids:
                self._remove(pipe, raw_id)
            pipe.execute()

    def _remove(self, pipe: Redis, raw_id: bytes) -> None:
        pipe.zrem(self.scheduled_jobs_key, raw_id)
        pipe.delete(JOB_KEY + raw_id)

    def whole(self) -> dict[bytes, float]:
        """Every job id with its time, in seconds since the epoch; without those whose job is lost.

        One of a job that is lost could never be enqueued.
        """
        entries = dict(self.connection.zrange(self.scheduled_jobs_key, 0, -1, withscores=True))
        with self.connection.pipeline() as pipe:
            for raw_id in entries:
                pipe.exists(JOB_KEY + raw_id)
            found = pipe.execute()
        lost = [raw_id for raw_id, exists in zip(entries, found, strict=True) if not exists]
        return entries | dict.fromkeys(lost, float("nan"))


def schedule(at: datetime, name: str, promo_id: int) -> None:
    """After the commit: put the job into the timetable; the same promo again moves its job."""
    cause = causes.present()
    db.after_commit(lambda: _put(at, name, promo_id, cause))


def schedule_now(at: datetime, name: str, promo_id: int) -> bool:
    """Put into the timetable at once; False when Redis is away."""
    return _put(at, name, promo_id, causes.present())


def _put(at: datetime, name: str, promo_id: int, cause: Mapping[str, str]) -> bool:
    second = next_whole_second(at)
    with logs.bound(**causes.on_lines(cause)):
        log.info("job scheduled", extra={"job": name, "promo_id": promo_id, "at": second})
    return on_redis(lambda redis: timetable(redis).put(second, name, promo_id, cause))


def cancel(name: str, promo_id: int) -> None:
    """After the commit: take the promo's job out of the timetable."""
    db.after_commit(lambda: cancel_now(name, promo_id))


def cancel_now(name: str, promo_id: int) -> bool:
    """Take out of the timetable at once, together with the job itself."""
    raw_id = job_id(name, promo_id).encode()
    return on_redis(lambda redis: timetable(redis).remove(raw_id))


def server_and_freshness(redis: Redis) -> tuple[str, bool]:
    """Who answers, and whether the timetable was made equal to the database lately.

    Returns:
        The run id of the server, which it takes anew at each start; and whether the mark is there,
        which a replica has as well.
    """
    with redis.pipeline(transaction=False) as pipe:
        pipe.info("server")
        pipe.exists(FRESH)
        server, marked = pipe.execute()
    return server["run_id"], bool(marked)


def rebuild(
    redis: Redis,
    name: str,
    read: Callable[[], Iterable[tuple[int, datetime]]],
    fresh_seconds: int = REBUILD_SECONDS,
) -> int:
    """Make the timetable equal to what `read` finds in the database: promo ids and their times.

    Redis is looked at before the database: a promo that is published in between is not known here
    yet, and so not taken for an orphan. Only differences are written.

    Args:
        redis: the server.
        name: of the job.
        read: promo ids, and when each is to ring.
        fresh_seconds: for how long it is taken to be equal.

    Returns:
        How many differed.
    """
    table = timetable(redis)
    present = table.whole()
    wanted = {
        job_id(name, promo_id).encode(): (promo_id, next_whole_second(at))
        for promo_id, at in read()
    }
    orphans = present.keys() - wanted.keys()
    if orphans:
        table.remove(*orphans)
    wrong = [raw_id for raw_id, (_, at) in wanted.items() if present.get(raw_id) != _epoch(at)]
    for raw_id in wrong:
        promo_id, at = wanted[raw_id]
        table.put(at, name, promo_id, {})
    redis.set(FRESH, b"1", ex=fresh_seconds)
    return len(orphans) + len(wrong)


def timetable(redis: Redis) -> Timetable:
    """rq-scheduler over `redis`, with our job class."""
    return Timetable(ACTIVATION, interval=1, connection=redis, job_class=AllowListedJob)


def next_whole_second(at: datetime) -> datetime:
    """`at` in UTC, rounded up: rq-scheduler cuts, and a bell is rather late than early."""
    whole = at.astimezone(UTC).replace(microsecond=0)
    return whole if whole == at else whole + timedelta(seconds=1)


def _epoch(moment: datetime) -> int:
    return int(moment.timestamp())

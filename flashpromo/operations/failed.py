"""What operators do with jobs that have failed: ring again, or remove. Each is in the audit log.

Nothing of a failed job is run again as it stands in Redis: a new one of the same name and ids takes
its place, and only if the name is on our list. Redis is changed inside of the transaction that
writes the log, so without Redis nothing is noted; what a crash in between loses the sweep finds.
"""

from collections.abc import Callable
from typing import Final, TypeVar

from redis import Redis

from flashpromo import audit
from flashpromo.errors import Conflict, DomainError, NotFound
from flashpromo.operations.queues import Failure
from flashpromo.queueing import board
from flashpromo.queueing import cause as causes
from flashpromo.queueing.board import JOB_KEY, RESULTS_KEY, Shelf
from flashpromo.queueing.job import enqueue
from flashpromo.queueing.jottings import Jotting, Standing, handle
from flashpromo.queueing.names import QUEUES

REQUEUED_AT_ONCE: Final = 500

Answer = TypeVar("Answer")


class RedisIsAway(DomainError):
    """The queues cannot be read or changed; promos start nevertheless."""

    status = 503
    code = "queue_unavailable"
    title = "Redis does not answer: the queues cannot be reached."


class ForeignJob(Conflict):
    """It is not one of our jobs: it can be removed, but never be run."""

    code = "foreign_job"
    title = "This is not one of our jobs: it can only be removed."


def find(queue: str, wanted: str) -> Failure:
    """A failed job of a queue by its handle, with its whole error.

    Raises:
        NotFound: it is not there (any more), or there is no such queue.
        RedisIsAway: nobody knows.
    """
    raw_id = _raw_id(queue, wanted)

    def read(redis: Redis) -> Failure:
        (job,) = board.jobs(redis, [raw_id], with_errors=True)
        return Failure(queue, job, board.failed_at(redis, queue, raw_id))

    return _asked(read)


def requeue(queue: str, wanted: str) -> Jotting:
    """Put a new job in the place of a failed one.

    Raises:
        ForeignJob: it is none of ours.
        NotFound: it is not there (any more), or there is no such queue.
        RedisIsAway: nothing was changed.
    """
    job = find(queue, wanted).job
    if job.standing is not Standing.OURS:
        raise ForeignJob
    _asked(lambda redis: _requeue(redis, queue, job))
    audit.record("job.requeued", "job", job.shown_id, after=_told(queue, job))
    return job


def requeue_all(queue: str) -> int:
    """Put new jobs in the place of all failed ones of ours, up to some hundreds at once.

    Returns:
        How many.

    Raises:
        NotFound: there is no such queue.
        RedisIsAway: they cannot be reached.
    """
    _demand_queue(queue)

    def requeue_each(redis: Redis) -> int:
        raw_ids = list(board.entries(redis, queue, Shelf.FAILED))[:REQUEUED_AT_ONCE]
        ours = [each for each in board.jobs(redis, raw_ids) if each.standing is Standing.OURS]
        return sum(_requeue(redis, queue, each) for each in ours)

    count = _asked(requeue_each)
    if count:
        audit.record("job.all_requeued", "job", after={"queue": queue, "count": count})
    return count


def remove(queue: str, wanted: str) -> Jotting:
    """Take a failed job out for good, whatever it is.

    Raises:
        NotFound: it is not there (any more), or there is no such queue.
        RedisIsAway: nothing was changed.
    """
    job = find(queue, wanted).job
    _asked(lambda redis: _take_out(redis, queue, job))
    audit.record("job.removed", "job", job.shown_id, before=_told(queue, job))
    return job


def _raw_id(queue: str, wanted: str) -> bytes:
    _demand_queue(queue)
    found = _asked(
        lambda redis: [
            raw_id
            for raw_id in board.entries(redis, queue, Shelf.FAILED)
            if handle(raw_id) == wanted
        ]
    )
    if not found:
        raise NotFound("This job is not among the failed ones any more.")
    return found[0]


def _demand_queue(queue: str) -> None:
    if queue not in QUEUES:
        raise NotFound


def _asked(action: Callable[[Redis], Answer]) -> Answer:
    answer = board.look(action)
    if answer is None:
        raise RedisIsAway
    return answer


def _requeue(redis: Redis, queue: str, job: Jotting) -> bool:
    """Both in one: there is never a moment without either of them."""
    with redis.pipeline() as pipe:
        enqueue(redis, job.name, *job.ids, cause=causes.present(), pipeline=pipe)
        _drop(pipe, queue, job.raw_id)
        pipe.execute()
    return True


def _take_out(redis: Redis, queue: str, job: Jotting) -> bool:
    with redis.pipeline() as pipe:
        _drop(pipe, queue, job.raw_id)
        pipe.execute()
    return True


def _drop(pipe: Redis, queue: str, raw_id: bytes) -> None:
    pipe.zrem(f"rq:{Shelf.FAILED}:{queue}", raw_id)
    pipe.delete(JOB_KEY + raw_id, RESULTS_KEY + raw_id)


def _told(queue: str, job: Jotting) -> dict[str, object]:
    return {"queue": queue, "name": job.name or None, "ids": list(job.ids)}

"""The board: how long RQ's lists are, and what stands in them, for whoever looks after the service.

Everything is read in a few round trips and within bounds, as bytes (see `jottings`). RQ's own
registries tidy up when they are asked, run callbacks and unpickle: none of them is asked here.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, Final, TypeVar, cast

from flask import Flask, current_app
from redis import Redis

from flashpromo.config import Settings
from flashpromo.guarded_redis import GuardedRedis
from flashpromo.queueing import jottings
from flashpromo.queueing.job import KEEP_FAILED_SECONDS, REDIS_IS_AWAY
from flashpromo.queueing.jottings import Jotting
from flashpromo.queueing.names import QUEUES

BOARD: Final = "flashpromo_board"
MOST_SHOWN: Final = 50
AT_ONCE: Final = 1000
PATIENT_SECONDS: Final = 0.5
JOB_KEY: Final = b"rq:job:"
RESULTS_KEY: Final = b"rq:results:"
TIMETABLE_KEY: Final = "rq:scheduler:scheduled_jobs"
LARGEST_RESULTS: Final = 1_000_000


Answer = TypeVar("Answer")


class Shelf(StrEnum):
    """RQ's lists beside the queue itself, by what RQ calls them in its keys."""

    STARTED = "wip"
    FAILED = "failed"
    DEFERRED = "deferred"
    SCHEDULED = "scheduled"


@dataclass(frozen=True)
class Line:
    """One queue: how many wait, what waits at its head, and how many stand on each shelf."""

    name: str
    waiting: int
    oldest: Jotting | None
    shelves: dict[Shelf, int]


def init_app(app: Flask, settings: Settings) -> None:
    """Give the board a client and a breaker of its own: what it trips over stops no bell.

    It is patient: a board that went blank whenever Redis is busy would take the link that somebody
    is about to press.
    """
    app.extensions[BOARD] = GuardedRedis(settings, "board", PATIENT_SECONDS)


def look(action: Callable[[Redis], Answer]) -> Answer | None:
    """The answer of `action`, or None when Redis is away; nobody waits long for it."""
    return cast(GuardedRedis, current_app.extensions[BOARD]).ask(action)


def lines(redis: Redis) -> list[Line]:
    """Each of our queues; raises RedisError when Redis is away."""
    pipe = redis.pipeline(transaction=False)
    for name in QUEUES:
        pipe.llen(f"rq:queue:{name}")
        pipe.lindex(f"rq:queue:{name}", 0)
        for shelf in Shelf:
            pipe.zcard(f"rq:{shelf}:{name}")
    answers = iter(asked(pipe))
    found = [
        (
            name,
            _number(next(answers)),
            next(answers),
            {each: _number(next(answers)) for each in Shelf},
        )
        for name in QUEUES
    ]
    heads = [head for _, _, head, _ in found if isinstance(head, bytes)]
    read = dict(zip(heads, jobs(redis, heads), strict=True))
    return [Line(name, waiting, read.get(head), shelves) for name, waiting, head, shelves in found]


def strangers(redis: Redis) -> list[str]:
    """Queues that RQ has been told of and that nobody here serves."""
    (members,) = asked(redis.pipeline(transaction=False).smembers("rq:queues"))
    known = {f"rq:queue:{name}".encode() for name in QUEUES}
    foreign = sorted(members - known) if isinstance(members, set) else []
    return [jottings.shown(each.removeprefix(b"rq:queue:")) for each in foreign[:MOST_SHOWN]]


def waiting(redis: Redis, queue: str) -> list[Jotting]:
    """The jobs at the head of a queue."""
    (ids,) = asked(redis.pipeline(transaction=False).lrange(f"rq:queue:{queue}", 0, MOST_SHOWN - 1))
    return jobs(redis, ids) if isinstance(ids, list) else []


def shelved(redis: Redis, queue: str, shelf: Shelf) -> list[Jotting]:
    """The newest entries of a shelf; of what runs, RQ notes the job and its execution."""
    pipe = redis.pipeline(transaction=False).zrevrange(f"rq:{shelf}:{queue}", 0, MOST_SHOWN - 1)
    (ids,) = asked(pipe)
    raw_ids = ids if isinstance(ids, list) else []
    return jobs(redis, [each.partition(b":")[0] for each in raw_ids])


def failed(redis: Redis, queue: str) -> list[tuple[Jotting, datetime | None]]:
    """The newest failed jobs with their errors, and when each of them failed."""
    key = f"rq:{Shelf.FAILED}:{queue}"
    pipe = redis.pipeline(transaction=False).zrevrange(key, 0, MOST_SHOWN - 1, withscores=True)
    (entries,) = asked(pipe)
    pairs = cast(list[tuple[bytes, float]], entries) if isinstance(entries, list) else []
    told = jobs(redis, [raw_id for raw_id, _ in pairs], with_errors=True)
    return [(job, _failed_at(score)) for job, (_, score) in zip(told, pairs, strict=True)]


def bells(redis: Redis) -> dict[bytes, datetime | None]:
    """Every entry of the timetable, and when it rings; None for a time that is none."""
    pipe = redis.pipeline(transaction=False).zrange(TIMETABLE_KEY, 0, -1, withscores=True)
    (entries,) = asked(pipe)
    pairs = cast(list[tuple[bytes, float]], entries) if isinstance(entries, list) else []
    return {raw_id: _at(score) for raw_id, score in pairs}


def entries(redis: Redis, queue: str, shelf: Shelf) -> Iterator[bytes]:
    """Every id on a shelf, a piece at a time."""
    start = 0
    while found := redis.zrange(f"rq:{shelf}:{queue}", start, start + AT_ONCE - 1):
        yield from cast(list[bytes], found)
        start += AT_ONCE


def jobs(redis: Redis, raw_ids: Sequence[bytes], *, with_errors: bool = False) -> list[Jotting]:
    """What is written of these jobs, in their order."""
    told = fields(redis, [JOB_KEY + each for each in raw_ids], jottings.FIELDS)
    errors = tracebacks(redis, raw_ids) if with_errors else [""] * len(raw_ids)
    return [jottings.read(*each) for each in zip(raw_ids, told, errors, strict=True)]


def tracebacks(redis: Redis, raw_ids: Sequence[bytes]) -> list[str]:
    """The last error of each job; empty where there is none, or one too large to be read."""
    pipe = redis.pipeline(transaction=False)
    for each in raw_ids:
        pipe.memory_usage(RESULTS_KEY + each)
    small = [_number(size) < LARGEST_RESULTS for size in asked(pipe)]
    for each, fits in zip(raw_ids, small, strict=True):
        if fits:
            pipe.xrevrange(RESULTS_KEY + each, count=1)
    answers = iter(asked(pipe))
    return [_traceback(next(answers)) if fits else "" for fits in small]


def asked(pipe: Any) -> list[Any]:
    """The answers of a pipeline; a command that the key's kind refuses answers with its error.

    Raises:
        RedisError: Redis is away.
    """
    answers: list[Any] = pipe.execute(raise_on_error=False) if len(pipe) else []
    for each in answers:
        if isinstance(each, REDIS_IS_AWAY):
            raise each
    return answers


def fields(
    redis: Redis, keys: Sequence[bytes], names: Sequence[bytes]
) -> list[dict[bytes, bytes | None] | None]:
    """These fields of each hash; empty for one that is too long, None for what is no hash."""
    pipe = redis.pipeline(transaction=False)
    for key in keys:
        for name in names:
            pipe.hstrlen(key, name)
    sizes = iter(asked(pipe))
    sized = [{name: next(sizes) for name in names} for _ in keys]
    wanted = [[name for name, size in each.items() if _fits(size)] for each in sized]
    for key, some in zip(keys, wanted, strict=True):
        pipe.hmget(key, some or [b"-"])
    return [
        dict.fromkeys((name for name, size in each.items() if size), b"")
        | dict(zip(some, values, strict=False))
        if isinstance(values, list)
        else None
        for each, some, values in zip(sized, wanted, asked(pipe), strict=True)
    ]


def _fits(size: object) -> bool:
    return isinstance(size, int) and 0 < size <= jottings.LONGEST_FIELD


def _traceback(entries: object) -> str:
    if not isinstance(entries, list) or not entries:
        return ""
    _, fields = entries[0]
    return jottings.traceback((fields or {}).get(b"exc_string"))


def _number(answer: object) -> int:
    return answer if isinstance(answer, int) else 0


def failed_at(redis: Redis, queue: str, raw_id: bytes) -> datetime | None:
    """When a job failed; None when it is not among the failed ones."""
    score = redis.zscore(f"rq:{Shelf.FAILED}:{queue}", raw_id)
    return None if score is None else _failed_at(score)


def _failed_at(score: float) -> datetime | None:
    """RQ notes when it will forget the job, a fixed time after it failed."""
    return _at(score - KEEP_FAILED_SECONDS)


def _at(score: float) -> datetime | None:
    try:
        return datetime.fromtimestamp(score, UTC)
    except (OverflowError, ValueError, OSError):
        return None

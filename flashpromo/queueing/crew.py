"""The workers as they have signed in with RQ, read as plain bytes (see `board`)."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from redis import Redis

from flashpromo.queueing import board, jottings
from flashpromo.queueing.jottings import Jotting

MOST_WORKERS: Final = 50
WORKER_FIELDS: Final = (b"queues", b"state", b"last_heartbeat", b"current_job")


@dataclass(frozen=True)
class SeenWorker:
    """A worker as it has signed in; whoever has died without a word stays for a while."""

    name: str
    queues: tuple[str, ...]
    state: str
    last_heartbeat: datetime | None
    job: Jotting | None


def workers(redis: Redis) -> list[SeenWorker]:
    """Whoever has signed in, by name."""
    (keys,) = board.asked(redis.pipeline(transaction=False).smembers("rq:workers"))
    named = sorted(keys)[:MOST_WORKERS] if isinstance(keys, set) else []
    told = board.fields(redis, named, WORKER_FIELDS)
    current = [(each or {}).get(b"current_job") or b"" for each in told]
    doing = board.jobs(redis, current)
    return [
        _worker(key, fields, job if raw_id else None)
        for key, fields, raw_id, job in zip(named, told, current, doing, strict=True)
        if fields  # the set outlives a worker that died without a word
    ]


def _worker(key: bytes, fields: dict[bytes, bytes | None], job: Jotting | None) -> SeenWorker:
    def text(name: bytes) -> str:
        return jottings.shown(fields.get(name) or b"")

    return SeenWorker(
        name=jottings.shown(key.removeprefix(b"rq:worker:")),
        queues=tuple(filter(None, text(b"queues").split(","))),
        state=text(b"state"),
        last_heartbeat=jottings.moment(fields.get(b"last_heartbeat")),
        job=job,
    )

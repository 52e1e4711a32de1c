"""RQ's queues as operators see them: what waits, runs and has failed, and who works on it."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from redis import Redis

from flashpromo.operations import bells
from flashpromo.operations.bells import Bell, Step
from flashpromo.queueing import board, crew
from flashpromo.queueing.board import Line, Shelf
from flashpromo.queueing.crew import SeenWorker
from flashpromo.queueing.jottings import Jotting
from flashpromo.queueing.names import QUEUES

MOST_BELLS: Final = 50
IN_STEP: Final = frozenset({Step.IN_STEP, Step.DUE})
SILENT_WORKER_SECONDS: Final = 40
"""A worker says every few seconds that it lives; a job in hand says so twice a minute."""


@dataclass(frozen=True)
class Failure:
    """A job that has failed: it stays until somebody decides, or for a week."""

    queue: str
    job: Jotting
    failed_at: datetime | None


@dataclass(frozen=True)
class Tally:
    """The queues in numbers: what health asks."""

    lines: tuple[Line, ...]
    workers: tuple[SeenWorker, ...]
    bells: tuple[Bell, ...]

    @property
    def failed(self) -> int:
        """How many jobs have failed."""
        return sum(each.shelves[Shelf.FAILED] for each in self.lines)

    def bells_out_of_step(self) -> list[Bell]:
        """The bells that ring for nothing, at another time, or not at all."""
        return [each for each in self.bells if each.step not in IN_STEP]

    def unserved(self, now: datetime) -> list[str]:
        """The queues that no worker serves."""
        served = {name for each in self.workers if not is_silent(each, now) for name in each.queues}
        return [name for name in QUEUES if name not in served]


@dataclass(frozen=True)
class Board:
    """All of it, each list as far as it is shown."""

    tally: Tally
    strangers: tuple[str, ...]
    failures: tuple[Failure, ...]
    jobs: dict[str, dict[str, list[Jotting]]] = field(default_factory=dict)


def tally(now: datetime) -> Tally | None:
    """The queues in numbers; None when Redis is away."""
    awaiting = bells.awaited(now)
    return board.look(lambda redis: _tally(redis, awaiting, now))


def look(now: datetime) -> Board | None:
    """The whole board; None when Redis is away."""
    awaiting = bells.awaited(now)
    return board.look(
        lambda redis: Board(
            tally=_tally(redis, awaiting, now),
            strangers=tuple(board.strangers(redis)),
            failures=tuple(
                Failure(name, job, at) for name in QUEUES for job, at in board.failed(redis, name)
            ),
            jobs={name: _jobs(redis, name) for name in QUEUES},
        )
    )


def first_shown(found: Iterable[Bell]) -> list[Bell]:
    """The bells that a page shows: those out of step first, then what comes next."""
    in_turn = sorted(found, key=lambda each: each.step in IN_STEP)
    return in_turn[:MOST_BELLS]


def is_silent(worker: SeenWorker, now: datetime) -> bool:
    """Whether a worker has not been heard of for too long."""
    heard = worker.last_heartbeat
    return heard is None or (now - heard).total_seconds() > SILENT_WORKER_SECONDS


def _tally(redis: Redis, awaiting: list[tuple[int, datetime]], now: datetime) -> Tally:
    compared = bells.compare(board.bells(redis), awaiting, now)
    return Tally(tuple(board.lines(redis)), tuple(crew.workers(redis)), tuple(compared))


def _jobs(redis: Redis, queue: str) -> dict[str, list[Jotting]]:
    """What is not done yet, by where it stands."""
    shelves = (Shelf.STARTED, Shelf.DEFERRED, Shelf.SCHEDULED)
    standing = {str(each): board.shelved(redis, queue, each) for each in shelves}
    return {"waiting": board.waiting(redis, queue), **standing}

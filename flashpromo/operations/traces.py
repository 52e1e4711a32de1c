"""The traces that schedulers leave: when each round ran last, what it found, and what it did.

A process keeps its own account in memory and writes it down every few seconds by one small upsert
of its own row, so two schedulers side by side never wait for each other. Moments are kept as how
long ago they were: the database's clock says when the trace was left, and no other clock is asked.
"""

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Interval, bindparam, exists, select, text

from flashpromo.db import session
from flashpromo.operations.models import SchedulerTrace

LEAVE_SECONDS: Final = 5
SILENT_SECONDS: Final = 20
"""After so long without a trace a scheduler counts as gone: several were missed."""

FORGET_AFTER: Final = timedelta(days=1)
LONGEST_ERROR: Final = 200

LEAVE = text("""
INSERT INTO scheduler_trace (process, started_at, seen_at, rounds)
VALUES (:process, :started_at, :now, CAST(:rounds AS jsonb))
ON CONFLICT (process) DO UPDATE SET
  started_at = EXCLUDED.started_at, seen_at = EXCLUDED.seen_at, rounds = EXCLUDED.rounds
WHERE scheduler_trace.seen_at <= EXCLUDED.seen_at
""")
FORGET = text("DELETE FROM scheduler_trace WHERE seen_at < :now - :life").bindparams(
    bindparam("life", type_=Interval)
)


@dataclass(frozen=True)
class Found:
    """What a round found to be done, and how much of it it did itself."""

    found: int = 0
    done: int = 0


@dataclass
class Account:
    """What a process knows of one of its rounds, since it started."""

    began: float | None = None
    took_seconds: float = 0.0
    found: int = 0
    done: int = 0
    found_at: float | None = None
    last: Found = field(default_factory=Found)
    error: str = ""

    def begin(self) -> None:
        """The round begins."""
        self.began = time.monotonic()

    def end(self, result: object = None, error: str = "") -> None:
        """The round has ended, perhaps with an error."""
        self.took_seconds = time.monotonic() - (self.began or time.monotonic())
        self.error = error[:LONGEST_ERROR]
        if isinstance(result, Found) and (result.found or result.done):
            self.last, self.found_at = result, time.monotonic()
            self.found += result.found
            self.done += result.done

    def told(self, every_seconds: int) -> dict[str, Any]:
        """The account as it is written down."""
        return {
            "every": every_seconds,
            "ago": _ago(self.began),
            "took": round(self.took_seconds, 3),
            "found": self.found,
            "done": self.done,
            "found_ago": _ago(self.found_at),
            "last_found": self.last.found,
            "last_done": self.last.done,
            "error": self.error,
        }


@dataclass(frozen=True)
class RoundTrace:
    """One round of one process, as its last trace tells."""

    name: str
    every_seconds: int
    ran_at: datetime | None
    took_seconds: float
    found: int
    done: int
    last: Found
    found_at: datetime | None
    error: str
    lag_seconds: float
    """How much later than it should the round was, when the trace was left."""


@dataclass(frozen=True)
class Trace:
    """One scheduler process."""

    process: str
    started_at: datetime
    seen_at: datetime
    silent_seconds: float
    rounds: tuple[RoundTrace, ...]

    @property
    def is_alive(self) -> bool:
        """Whether it was heard of lately."""
        return self.silent_seconds <= SILENT_SECONDS

    @property
    def lag_seconds(self) -> float:
        """The lag of its latest round."""
        return max((each.lag_seconds for each in self.rounds), default=0.0)

    @property
    def failing(self) -> tuple[RoundTrace, ...]:
        """The rounds that fail."""
        return tuple(each for each in self.rounds if each.error)


def leave(
    process: str, now: datetime, up_seconds: float, rounds: Mapping[str, dict[str, Any]]
) -> None:
    """Write down what this process has done; an older trace never replaces a newer one."""
    started_at = now - timedelta(seconds=up_seconds)
    written = json.dumps(rounds)
    values = {"process": process, "started_at": started_at, "now": now, "rounds": written}
    session().execute(LEAVE, values)


def forget_old(now: datetime) -> None:
    """Forget processes that have not been heard of for a day."""
    session().execute(FORGET, {"now": now, "life": FORGET_AFTER})


def any_alive(now: datetime) -> bool:
    """Whether any scheduler was heard of lately; for probes, which ask often."""
    since = now - timedelta(seconds=SILENT_SECONDS)
    return bool(session().scalar(select(exists().where(SchedulerTrace.seen_at >= since))))


def of_all(now: datetime) -> list[Trace]:
    """Every process that is remembered; whoever was heard of last comes first."""
    newest = select(SchedulerTrace).order_by(SchedulerTrace.seen_at.desc(), SchedulerTrace.process)
    found = session().scalars(newest.execution_options(populate_existing=True))
    return [_trace(each, now) for each in found]


def _trace(row: SchedulerTrace, now: datetime) -> Trace:
    rounds = tuple(_round(name, told, row.seen_at) for name, told in sorted(row.rounds.items()))
    silent = max(0.0, (now - row.seen_at).total_seconds())
    return Trace(row.process, row.started_at, row.seen_at, silent, rounds)


def _round(name: str, told: Mapping[str, Any], seen_at: datetime) -> RoundTrace:
    ago, every = told["ago"], told["every"]
    return RoundTrace(
        name=name,
        every_seconds=every,
        ran_at=_before(seen_at, ago),
        took_seconds=told["took"],
        found=told["found"],
        done=told["done"],
        last=Found(told["last_found"], told["last_done"]),
        found_at=_before(seen_at, told["found_ago"]),
        error=told["error"],
        lag_seconds=max(0.0, (ago or 0.0) - every),
    )


def _before(moment: datetime, seconds: float | None) -> datetime | None:
    return None if seconds is None else moment - timedelta(seconds=seconds)


def _ago(moment: float | None) -> float | None:
    return None if moment is None else round(time.monotonic() - moment, 1)

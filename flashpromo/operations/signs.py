"""The signs of health: what was found, and by which promise it is good, to be looked at, or bad.

Each sign knows its verdict and nothing of words: a page says them, and the doctor takes the
verdicts alone. Bad is what breaks a promise to clients or merchants now; to be looked at is what
works, by a detour or not for long.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Final

from flashpromo.operations.facts import Activations, Database, Waiting, Weeks
from flashpromo.operations.queues import Tally
from flashpromo.operations.traces import Trace

LATE_SECONDS: Final = 10
"""A promo activates at most so late with any one process, or Redis, dead."""

TOLD_SECONDS: Final = 60
"""Within a minute a promo's clients are told."""

DUE_PATIENCE_SECONDS: Final = 5
WEEK: Final = timedelta(days=7)
CROWDED: Final = 0.8


class Verdict(StrEnum):
    """Good, to be looked at, or bad."""

    GOOD = "good"
    LOOK = "look"
    BAD = "bad"


def worst(verdicts: Sequence[Verdict]) -> Verdict:
    """The worst of some."""
    return max(verdicts, key=list(Verdict).index, default=Verdict.GOOD)


def graded(value: float, *, look: float, bad: float) -> Verdict:
    """Good up to `look`, bad beyond `bad`."""
    return Verdict.BAD if value > bad else Verdict.LOOK if value > look else Verdict.GOOD


@dataclass(frozen=True)
class Schedulers:
    """The scheduler processes that were there in the last day."""

    traces: Sequence[Trace]

    @property
    def alive(self) -> list[Trace]:
        """Those that were heard of lately."""
        return [each for each in self.traces if each.is_alive]

    @property
    def verdict(self) -> Verdict:
        """Bad without any; one whose rounds fail or lag is to be looked at."""
        if not self.alive:
            return Verdict.BAD
        troubled = any(each.failing or each.lag_seconds > LATE_SECONDS for each in self.alive)
        return Verdict.LOOK if troubled else Verdict.GOOD


@dataclass(frozen=True)
class Starts:
    """What should run by now and does not, and how late promos have started in the last day."""

    due: Sequence[tuple[int, datetime]]
    activations: Activations
    now: datetime

    @property
    def longest_due_seconds(self) -> float:
        """For how long the first of them has been due."""
        return max(((self.now - since).total_seconds() for _, since in self.due), default=0.0)

    @property
    def verdict(self) -> Verdict:
        """By what is due now, and by the last one that started."""
        late = graded(self.activations.last_late_seconds, look=LATE_SECONDS, bad=TOLD_SECONDS)
        due = graded(self.longest_due_seconds, look=DUE_PATIENCE_SECONDS, bad=LATE_SECONDS)
        return worst([late, due])


@dataclass(frozen=True)
class Deliveries:
    """What waits to be sent."""

    waiting: Sequence[Waiting]
    channels: Sequence[str]
    now: datetime

    @property
    def longest_due_seconds(self) -> float:
        """For how long the first of them has been due."""
        due = ((self.now - each.due_since).total_seconds() for each in self.waiting)
        return max((0.0, *due))

    @property
    def unserved(self) -> list[str]:
        """Channels for which something waits, and that are not served."""
        return [each.channel for each in self.waiting if each.channel not in self.channels]

    @property
    def verdict(self) -> Verdict:
        """By the promise of a minute."""
        late = graded(self.longest_due_seconds, look=TOLD_SECONDS / 2, bad=TOLD_SECONDS)
        return worst([late, Verdict.LOOK if self.unserved else Verdict.GOOD])


@dataclass(frozen=True)
class Queueing:
    """The queues; None while Redis is away."""

    tally: Tally | None
    now: datetime

    @property
    def verdict(self) -> Verdict:
        """Promos start without it, by the sweep, but later: nothing here is bad by itself."""
        if self.tally is None:
            return Verdict.LOOK
        troubled = (
            self.tally.unserved(self.now) or self.tally.failed or self.tally.bells_out_of_step()
        )
        return Verdict.LOOK if troubled else Verdict.GOOD


@dataclass(frozen=True)
class Partitions:
    """The weeks of notifications that are made ahead."""

    weeks: Weeks
    today: date

    @property
    def days_ahead(self) -> int:
        """For how many days from today on there is a place."""
        return (self.weeks.until - self.today).days if self.weeks.until else 0

    @property
    def verdict(self) -> Verdict:
        """What lands in DEFAULT is refused to nobody, but slows down everything."""
        if self.days_ahead <= 1:
            return Verdict.BAD
        return Verdict.LOOK if self.days_ahead < WEEK.days or self.weeks.astray else Verdict.GOOD


@dataclass(frozen=True)
class RedisState:
    """How Redis answers; None while it is away, or this process does not ask it for a moment."""

    answered_ms: float | None
    used_bytes: int = 0
    most_bytes: int = 0
    is_avoided: bool = False

    @property
    def verdict(self) -> Verdict:
        """Everything works without it, slower."""
        full = self.most_bytes and self.used_bytes > CROWDED * self.most_bytes
        return Verdict.LOOK if self.answered_ms is None or self.is_avoided or full else Verdict.GOOD


@dataclass(frozen=True)
class DatabaseState:
    """The database in brief."""

    facts: Database

    @property
    def verdict(self) -> Verdict:
        """Bad when the next process might find no connection."""
        crowd = self.facts.connections / self.facts.most_connections
        minutes = self.facts.longest.total_seconds() / 60
        return worst([graded(crowd, look=CROWDED, bad=0.95), graded(minutes, look=10, bad=60)])

"""What a check is, and what it finds."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from redis import Redis

Row = Mapping[str, Any]


@dataclass(frozen=True)
class Check:
    """One invariant over the database.

    `sql` gives the rows that break it. It may use the parameters that `examination` binds: `:now`
    and the settings that the rules depend on. `is_warning`: no data is wrong for it.
    """

    name: str
    promise: str
    sql: str
    is_warning: bool = False


@dataclass(frozen=True)
class RedisCheck:
    """One invariant between Redis and the database; `find` gives what breaks it.

    `is_warning`: a gap that the sweep closes by itself.
    """

    name: str
    promise: str
    find: Callable[[Redis, datetime], Sequence[Row]]
    is_warning: bool = False


@dataclass(frozen=True)
class Finding:
    """What one check found: how many rows break the promise, and the first of them.

    `skipped` says why the check could not be made, if it could not.
    """

    name: str
    promise: str
    count: int
    rows: Sequence[Row]
    is_warning: bool = False
    skipped: str = ""

    @property
    def status(self) -> str:
        """`ok`, `warning`, `violated` or `skipped`."""
        if self.skipped:
            return "skipped"
        if not self.count:
            return "ok"
        return "warning" if self.is_warning else "violated"

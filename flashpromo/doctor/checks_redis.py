"""Redis against the database: hints that lie, and a timetable that has lost step.

Both sides move while they are compared. So a hint counts only if Redis said the same before and
after the database was asked; and since the timetable follows a commit by an instant, a mismatch
there is looked at once more.
"""

import re
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final, cast

from redis import Redis
from sqlalchemy import BigInteger, and_, func, literal, select, text
from sqlalchemy.dialects.postgresql import ARRAY

from flashpromo.audience import reach
from flashpromo.audience.models import Client
from flashpromo.checkout import eligibility, hold
from flashpromo.db import session
from flashpromo.doctor.check import RedisCheck, Row
from flashpromo.guarded_redis import PREFIX
from flashpromo.operations import live
from flashpromo.promos import queries
from flashpromo.promos.models import Promo
from flashpromo.queueing import timetable
from flashpromo.queueing.names import ACTIVATE, job_id

TAKEN: Final = re.compile(r"taken:(\d+)")
ELIGIBLE: Final = re.compile(r"eligible:(\d+):(\d+)")
SECOND_LOOK_SECONDS: Final = 0.3

FREE_UNITS = text("""
SELECT promo_id, count(*) AS free_units FROM promo_unit
WHERE promo_id = ANY(:promo_ids) AND NOT closed AND sold_at IS NULL
  AND (held_until IS NULL OR held_until <= :now)
GROUP BY promo_id ORDER BY promo_id
""")


def taken_but_free(redis: Redis, now: datetime) -> Sequence[Row]:
    """Promos that Redis says are taken, and that have a free unit."""
    before = {promo_id: hold.known_taken(promo_id) for (promo_id,) in _ids(redis, TAKEN)}
    believed = [promo_id for promo_id, reading in before.items() if reading.value is not None]
    rows = session().execute(FREE_UNITS, {"promo_ids": believed, "now": now}).mappings().all()
    return [
        dict(row)
        for row in rows
        if hold.known_taken(row["promo_id"]).stamps == before[row["promo_id"]].stamps
    ]


def eligible_but_not_reached(redis: Redis, now: datetime) -> Sequence[Row]:
    """Clients that Redis says are eligible for a promo, and that it does not reach."""
    pairs = [(client_id, promo_id) for client_id, promo_id in _ids(redis, ELIGIBLE)]
    before = {pair: eligibility.known(*pair) for pair in pairs}
    believed = [pair for pair, reading in before.items() if reading.value is not None]
    return [
        {"client_id": pair[0], "promo_id": pair[1]}
        for pair in sorted(set(believed) - _reached(believed, now))
        if eligibility.known(*pair).stamps == before[pair].stamps
    ]


def orphans(redis: Redis, now: datetime) -> Sequence[Row]:
    """Jobs that will ring for nothing, or not at the start of their promo."""
    return _seen_twice(lambda: _orphans(redis, now))


def missing(redis: Redis, now: datetime) -> Sequence[Row]:
    """Promos to come that no job will ring for."""
    return _seen_twice(lambda: _missing(redis, now))


def nobody_listens(redis: Redis, _now: datetime) -> Sequence[Row]:
    """One row when no live process hears what is published."""
    return [] if live.listeners(redis) else [{"live_processes": 0}]


def _ids(redis: Redis, pattern: re.Pattern[str]) -> Iterator[tuple[int, ...]]:
    """The ids in every key of that pattern."""
    kind, _, _ = pattern.pattern.partition(":")
    for key in redis.scan_iter(match=f"{PREFIX}{kind}:*", count=1000):
        matched = pattern.fullmatch(key.decode(errors="replace").removeprefix(PREFIX))
        if matched is not None:
            yield tuple(int(digits) for digits in matched.groups())


def _reached(pairs: Sequence[tuple[int, int]], now: datetime) -> set[tuple[int, int]]:
    """Those of the (client id, promo id) pairs in which the promo reaches the client."""
    client_ids, promo_ids = (
        literal([pair[at] for pair in pairs], ARRAY(BigInteger)) for at in (0, 1)
    )
    asked = func.unnest(client_ids, promo_ids).table_valued("client_id", "promo_id")
    asked = asked.render_derived("asked")
    rows = session().execute(
        select(Client.id, Promo.id)
        .select_from(asked)
        .join(Client, Client.id == asked.c.client_id)
        .join(Promo, and_(Promo.id == asked.c.promo_id, reach.reach(Client, Promo, reach.at(now))))
    )
    return {(row[0], row[1]) for row in rows}


def _orphans(redis: Redis, now: datetime) -> list[dict[str, Any]]:
    """A job whose second has come is about to ring and to go: it does not count."""
    starts, soon = _starts(now), now + timedelta(seconds=1)
    return [
        {"job": job, "rings_at": rings_at, "promo_starts_at": starts.get(job)}
        for job, rings_at in _entries(redis).items()
        if rings_at > soon and not _in_step(rings_at, starts.get(job))
    ]


def _missing(redis: Redis, now: datetime) -> list[dict[str, Any]]:
    entries = _entries(redis)
    return [
        {"job": job, "promo_starts_at": start}
        for job, start in _starts(now).items()
        if start > now and job not in entries
    ]


def _entries(redis: Redis) -> dict[str, datetime]:
    """Every job of the timetable, and when it rings."""
    key = timetable.timetable(redis).scheduled_jobs_key
    entries = cast(list[tuple[bytes, float]], redis.zrange(key, 0, -1, withscores=True))
    return {
        job.decode(errors="replace"): datetime.fromtimestamp(score, UTC) for job, score in entries
    }


def _starts(now: datetime) -> dict[str, datetime]:
    return {job_id(ACTIVATE, each): start for each, start in queries.awaiting_activation(now)}


def _in_step(rings_at: datetime, start: datetime | None) -> bool:
    """The timetable knows whole seconds only, and uses the next one."""
    return start is not None and 0 <= (rings_at - start).total_seconds() < 1


def _seen_twice(find: Callable[[], list[dict[str, Any]]]) -> list[dict[str, Any]]:
    found = find()
    if not found:
        return found
    time.sleep(SECOND_LOOK_SECONDS)
    again = find()
    return [row for row in found if row in again]


CHECKS: Final[Sequence[RedisCheck]] = (
    RedisCheck(
        "taken_but_free",
        "Redis calls no promo taken that has a free unit.",
        taken_but_free,
    ),
    RedisCheck(
        "eligible_but_not_reached",
        "Redis calls no client eligible that the promo does not reach.",
        eligible_but_not_reached,
    ),
    RedisCheck(
        "timetable_orphans",
        "Every job to come rings at the start of a promo that awaits it.",
        orphans,
    ),
    RedisCheck(
        "live_listens",
        "A live process listens; pages of clients that have none ask every few seconds.",
        nobody_listens,
        is_warning=True,
    ),
    RedisCheck(
        "timetable_complete",
        "The timetable holds every promo to come; the sweep finds the missing ones.",
        missing,
        is_warning=True,
    ),
)

"""Who was told of what: a part of the clients on each day, by the promos that started on it."""

import random
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Final

from bench.town.copying import Row, copy
from bench.town.promos import SEGMENT, Planned
from bench.town.size import DAYS, DAYS_OF_DELIVERIES, SHARE_OF_A_DAY, SHARE_TODAY, Size
from flashpromo.notify import partitions

NOTIFICATION: Final = (
    *("client_id", "local_day", "promo_id", "created_at", "distance_m", "segment_id"),
    *("located_at", "opened_at"),
)
DELIVERY: Final = (
    *("client_id", "local_day", "channel", "promo_id", "state", "attempts"),
    *("next_attempt_at", "finished_at"),
)
OPENED: Final = 0.1


def load(size: Size, promos: list[Planned], today: date) -> None:
    """Write notifications and the latest of their deliveries, the oldest day first."""
    for week in range(-DAYS // 7 - 1, 1):
        partitions.ensure(today + timedelta(weeks=week))
    for age in reversed(range(DAYS)):
        day = today - timedelta(days=age)
        started = [each for each in promos if each.activated_at and each.day == day]
        if not started:
            continue
        told = list(_told(size, started, day, SHARE_TODAY if age == 0 else SHARE_OF_A_DAY))
        copy("notification", NOTIFICATION, told)
        if age < DAYS_OF_DELIVERIES:
            copy("delivery", DELIVERY, map(_delivery, told))


def _told(size: Size, started: list[Planned], day: date, share: float) -> Iterator[Row]:
    dice = random.Random(day.isoformat())  # noqa: S311 - the same each time, on purpose
    begun = [(each.number, each.activated_at) for each in started]
    for client in sorted(dice.sample(range(1, size.clients + 1), int(size.clients * share))):
        promo, at = begun[client % len(begun)]
        opened = _opened(at) if dice.random() < OPENED else None
        yield client, day, promo, at, dice.random() * 2000, SEGMENT, at, opened


def _opened(at: datetime | None) -> datetime | None:
    return at + timedelta(minutes=3) if at else None


def _delivery(told: Row) -> Row:
    client, day, promo, at, *_ = told
    return client, day, "inbox", promo, "sent", 1, at, at

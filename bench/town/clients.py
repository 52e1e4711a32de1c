"""Clients where people live, in no order, as they sign up: most located lately, most opted in."""

import random
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Final

from bench.town.cities import TIME_ZONE, country, metropolis
from bench.town.copying import Row, copy

COLUMNS: Final = (
    *("id", "latitude", "longitude", "located_at"),
    *("segment_ids", "opted_in", "time_zone"),
)
SHARES: Final = (0.35, 0.25, 0.05, 0.2)
"""Which part of them is in each segment."""
OPTED_IN: Final = 0.9
NOWHERE: Final = 0.02
OLD: Final = 0.03
"""Which part has never told its place, and which so long ago that it no longer counts."""
KINDS: Final = 4096


def load(numbers: range, now: datetime) -> None:
    """Write them, and the names that the marketplace has for them, in the open transaction."""
    copy("client", COLUMNS, _clients(numbers, now))
    _load_names(numbers)


def load_reached(numbers: range, now: datetime) -> None:
    """The same with clients of the metropolis only, all of whom one promo there can tell."""
    copy("client", COLUMNS, _reached(numbers, now))
    _load_names(numbers)


def _load_names(numbers: range) -> None:
    named = ((f"c-{number:08}", number) for number in numbers)
    copy("client_external", ("external_id", "client_id"), named)


def _reached(numbers: range, now: datetime) -> Iterator[Row]:
    dice = random.Random(f"reached {numbers.start}")  # noqa: S311 - the same each time, on purpose
    place, fixed = metropolis().place, now.isoformat()
    for number in numbers:
        yield number, *place(dice), fixed, "{1}", True, TIME_ZONE


def _clients(numbers: range, now: datetime) -> Iterator[Row]:
    dice = random.Random("clients")  # noqa: S311 - the same each time, on purpose
    memberships = [_segments(dice) for _ in range(KINDS)]
    young = [(now - timedelta(hours=48 * dice.random())).isoformat() for _ in range(KINDS)]
    old = (now - timedelta(days=45)).isoformat()
    place = country().place
    for number in numbers:
        draw = dice.random()
        where: tuple[float | None, float | None] = place(dice) if draw >= NOWHERE else (None, None)
        fixed = None if draw < NOWHERE else old if draw < NOWHERE + OLD else young[number % KINDS]
        segments = memberships[int(dice.random() * KINDS)]
        yield number, *where, fixed, segments, dice.random() < OPTED_IN, TIME_ZONE


def _segments(dice: random.Random) -> str:
    """As an array of PostgreSQL."""
    member_of = [str(each) for each, share in enumerate(SHARES, start=1) if dice.random() < share]
    return f"{{{','.join(member_of)}}}"

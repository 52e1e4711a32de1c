"""Promos of a month, in every state; most are over."""

import json
import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import Final
from zoneinfo import ZoneInfo

from sqlalchemy import text

from bench.town.cities import TIME_ZONE
from bench.town.copying import Row, copy
from bench.town.market import regular_price, store_of
from bench.town.size import DAYS, Size
from flashpromo.db import session

DURATION: Final = timedelta(hours=2)
SEGMENT: Final = 1
RADIUS_KM: Final = 2
MIX: Final = (
    *(("running", 5), ("scheduled", 10), ("draft", 5), ("paused", 1)),
    *(("sold_out", 12), ("cancelled", 5), ("ended", 62)),
)
"""Of a hundred promos so many are in each state."""
WANTED: Final = ("scheduled", "ended", "running")
DECK: Final = tuple(state for state, share in MIX for _ in range(share))
PROMO: Final = (
    *("id", "product_id", "promo_price", "regular_price", "start_time", "end_time"),
    *("max_distance_km", "quantity", "published", "location", "segment_ids"),
    *("created_at", "updated_at"),
)
RUN: Final = (
    *("promo_id", "activated_at", "notified_at", "notified_count", "audience_count"),
    *("paused_at", "sold_out_at", "cancelled_at", "ended_at"),
)


EVENT: Final = (
    *("at", "actor_kind", "door", "action", "subject_kind", "subject_id", "store_id"),
    *("before", "after"),
)
PRICES: Final = tuple(json.dumps({"promo_price": price}) for price in ("120.00", "99.00"))


@dataclass(frozen=True)
class Planned:
    """A promo of the town; everything of it follows from its number."""

    number: int
    state: str
    product_id: int
    start: datetime

    @property
    def end(self) -> datetime:
        """When it ends, if nothing happens before."""
        return self.start + DURATION

    @property
    def quantity(self) -> int:
        """From 1 to 20 units."""
        return 1 + self.number % 20

    @property
    def published(self) -> bool:
        """Whether it is on offer, now or later."""
        return self.state in {"running", "scheduled", "paused"}

    @property
    def activated_at(self) -> datetime | None:
        """A moment after its start, if that has come."""
        if self.state in {"draft", "scheduled"}:
            return None
        return self.start + timedelta(milliseconds=300 + self.number % 700)

    @property
    def sold(self) -> int:
        """How many units have been sold."""
        if self.state == "sold_out":
            return self.quantity
        return self.quantity // 3 if self.state in {"running", "paused", "ended"} else 0

    @cached_property
    def day(self) -> date:
        """Its local day."""
        return self.start.astimezone(ZoneInfo(TIME_ZONE)).date()


def planned(size: Size, now: datetime) -> list[Planned]:
    """Every promo; those of one product never overlap, for each of its promos has its own week."""
    dice = random.Random("promos")  # noqa: S311 - the same each time, on purpose
    found = []
    for number in range(1, size.promos + 1):
        turn = (number - 1) // size.products
        state = _state(number, size, dice) if turn == 0 else "ended"
        start = _start(state, now, turn, dice.random())
        found.append(Planned(number, state, (number - 1) % size.products + 1, start))
    return found


def load(size: Size, promos: list[Planned]) -> None:
    """Write promos, what happened to them, and who is told of it, in the open transaction."""
    places = {
        row.id: row.place
        for row in session().execute(text("SELECT id, location::text AS place FROM store"))
    }
    copy("promo", PROMO, (_promo(each, places[store_of(each.product_id, size)]) for each in promos))
    copy("promo_segment", ("promo_id", "segment_id"), ((each.number, SEGMENT) for each in promos))
    copy("promo_run", RUN, map(_run, promos))
    copy(
        "audit_event",
        EVENT,
        _events(size, promos),
    )


def _state(number: int, size: Size, dice: random.Random) -> str:
    """The first two stores have one of each kind that a page is looked at for."""
    drawn, of_store = DECK[dice.randrange(len(DECK))], (number - 1) // size.stores
    if store_of(number, size) <= 2 and of_store < len(WANTED):
        return WANTED[of_store]
    return drawn


def _start(state: str, now: datetime, turn: int, chance: float) -> datetime:
    if state == "scheduled":
        return now + timedelta(minutes=5) + chance * timedelta(days=7)
    if state in {"running", "paused"}:
        return now - chance * (DURATION - timedelta(minutes=30))
    return now - DURATION - chance * timedelta(days=DAYS - 2) - turn * timedelta(days=DAYS)


def _promo(each: Planned, place: str) -> Row:
    regular, made = regular_price(each.product_id), each.start - timedelta(days=1)
    return (
        *(each.number, each.product_id, regular * 6 / 10, regular, each.start, each.end),
        *(RADIUS_KM, each.quantity, each.published, place, (SEGMENT,), made, made),
    )


def _run(each: Planned) -> Row:
    later, began = each.start + timedelta(hours=1), each.activated_at
    counted = (began + timedelta(seconds=1), 100, 130) if began else (None, None, None)
    over = each.end if each.state == "ended" else None
    told = [later if each.state == state else None for state in ("paused", "sold_out", "cancelled")]
    return each.number, began, *counted, *told, over


def _events(size: Size, promos: list[Planned]) -> Iterator[Row]:
    """What the log would tell of each."""
    for each in promos:
        store_id, made = store_of(each.product_id, size), each.start - timedelta(days=1)
        steps = [(made, "promo.created"), (made + timedelta(minutes=1), "promo.changed")]
        if each.state != "draft":
            steps.append((made + timedelta(minutes=2), "promo.published"))
        if each.activated_at:
            steps.append((each.activated_at, "promo.activated"))
        for at, action in steps:
            told = PRICES if action == "promo.changed" else ("{}", "{}")
            yield at, "merchant", "console", action, "promo", each.number, store_id, *told

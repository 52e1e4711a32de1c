"""The life of one promo, in the order in which it happened: what was done, and what came of it.

Who changed what is read from the audit log, the rest from the run, the reservations and the
purchases. No client is ever named, nor told by a number that could tell where somebody is.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any, Final

from flashpromo.audience import segments
from flashpromo.audit import queries as log
from flashpromo.audit.actors import ActorKind
from flashpromo.audit.models import AuditEvent
from flashpromo.checkout import takings
from flashpromo.checkout.takings import Sales
from flashpromo.promos.models import Promo
from flashpromo.promos.states import State, state_at

MOST_CHANGES: Final = 100
TIMES: Final = frozenset({"start_time", "end_time"})
PRICES: Final = frozenset({"promo_price", "regular_price"})
TERMS: Final = (
    *("promo_price", "start_time", "end_time", "segment_ids", "max_distance_km", "quantity"),
    "product_id",
)
"""What of a change is told, in this order."""


@dataclass(frozen=True)
class Change:
    """One of the terms, before and after: a time, a price, names of segments, or a number."""

    name: str
    before: Any
    after: Any


@dataclass(frozen=True)
class Happening:
    """One entry. `what` is the action of the log, or `first_reserved`, `sold`, `sold_out`, `ended`.

    `who` is the name of whoever did it and `by` the kind; both are empty for what happens by
    itself.
    """

    at: datetime
    what: str
    by: str = ""
    who: str = ""
    changes: Sequence[Change] = ()
    sales: Sales | None = None
    notified: int | None = None
    of_promo_id: int | None = None
    order: int = field(default=0, compare=False)


def timeline(promo: Promo, now: datetime, notified: int, *, exact: bool) -> Sequence[Happening]:
    """Everything that has happened to a promo up to `now`, the newest first.

    Args:
        promo: with its run.
        now: the time of the look.
        notified: how many its present activation told, as it may be disclosed.
        exact: for operators, who also see which operator did something.
    """
    _, events = log.page(subject=("promo", promo.id), limit=MOST_CHANGES)
    names = _segment_names(events)
    told = [_of_event(each, names, exact=exact) for each in events]
    last_activation = next((each for each in told if each.what == "promo.activated"), None)
    known = [_with_count(each, last_activation, notified) for each in told]
    happened = [*known, *_of_clients(promo), *_of_the_end(promo, now)]
    return sorted(happened, key=lambda each: (each.at, each.order), reverse=True)


def _with_count(each: Happening, last: Happening | None, notified: int) -> Happening:
    """Only the last activation is counted; what an earlier one told is not known roughly."""
    if each is not last:
        return each
    return Happening(each.at, each.what, notified=notified, order=each.order)


def _of_event(event: AuditEvent, names: Mapping[int, str], *, exact: bool) -> Happening:
    by_operator = event.actor_kind == ActorKind.OPERATOR
    by_itself = event.actor_kind == ActorKind.SYSTEM
    return Happening(
        event.at,
        event.action,
        by="" if by_itself else event.actor_kind,
        who="" if by_operator and not exact else event.actor_name,
        changes=_changes(event, names) if event.action == "promo.changed" else (),
        of_promo_id=event.after.get("of_promo_id"),
        order=event.id,
    )


def _changes(event: AuditEvent, names: Mapping[int, str]) -> Sequence[Change]:
    return [
        Change(name, *(_read(name, values.get(name), names) for values in (old, new)))
        for old, new in [(event.before, event.after)]
        for name in TERMS
        if name in new
    ]


def _read(name: str, value: Any, names: Mapping[int, str]) -> Any:
    """A value of the log as what it was."""
    if value is None:
        return None
    if name in TIMES:
        return datetime.fromisoformat(value)
    if name in PRICES:
        return Decimal(value)
    if name == "segment_ids":
        return [names.get(each, f"#{each}") for each in value]
    return value


def _segment_names(events: Sequence[AuditEvent]) -> Mapping[int, str]:
    """The names of all segments that the changes speak of; one query, or none."""
    ids = {
        each
        for event in events
        if event.action == "promo.changed"
        for values in (event.before, event.after)
        for each in values.get("segment_ids", ())
    }
    found = segments.by_id(ids) if ids else {}
    return {segment_id: segment.name for segment_id, segment in found.items()}


def _of_clients(promo: Promo) -> list[Happening]:
    first = takings.first_hold_at(promo.id)
    happened = [Happening(first, "first_reserved")] if first else []
    return [
        *happened,
        *(Happening(each.last, "sold", sales=each) for each in takings.sales(promo.id)),
    ]


def _of_the_end(promo: Promo, now: datetime) -> list[Happening]:
    if promo.run.sold_out_at is not None:
        return [Happening(promo.run.sold_out_at, "sold_out", order=1)]
    if state_at(promo, now) is State.ENDED:
        return [Happening(promo.end_time, "ended")]
    return []

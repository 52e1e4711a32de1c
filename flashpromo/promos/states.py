"""The state of a promo: derived from its row, its run and a time; stored nowhere.

`state_at` is the rule in Python, for a row at hand; `state_is` is the same rule as SQL, for lists
and claims. A test holds them against each other.
"""

from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, and_, case, literal, or_

from flashpromo.promos.models import Promo, PromoRun


class State(StrEnum):
    """draft → scheduled → running → ended; or paused, sold out, cancelled on the way."""

    DRAFT = "draft"
    SCHEDULED = "scheduled"
    RUNNING = "running"
    PAUSED = "paused"
    SOLD_OUT = "sold_out"
    ENDED = "ended"
    CANCELLED = "cancelled"


FINISHED = frozenset({State.SOLD_OUT, State.ENDED, State.CANCELLED})
LIVE = frozenset({State.SCHEDULED, State.RUNNING, State.PAUSED})


def state_at(promo: Promo, now: datetime) -> State:
    """The state of `promo` (with its run) at `now`."""
    run = promo.run
    if run.cancelled_at is not None:
        return State.CANCELLED
    if run.sold_out_at is not None:
        return State.SOLD_OUT
    if run.ended_at is not None or (promo.published and promo.end_time <= now):
        return State.ENDED
    if not promo.published:
        return State.DRAFT
    if run.paused_at is not None:
        return State.PAUSED
    return State.SCHEDULED if now < promo.start_time else State.RUNNING


def state_column(now: ColumnElement[datetime]) -> ColumnElement[str]:
    """The same rule as one SQL expression over `Promo` joined to `PromoRun`."""
    return case(
        (PromoRun.cancelled_at.is_not(None), literal(State.CANCELLED.value)),
        (PromoRun.sold_out_at.is_not(None), literal(State.SOLD_OUT.value)),
        (
            or_(PromoRun.ended_at.is_not(None), and_(Promo.published, Promo.end_time <= now)),
            literal(State.ENDED.value),
        ),
        (~Promo.published, literal(State.DRAFT.value)),
        (PromoRun.paused_at.is_not(None), literal(State.PAUSED.value)),
        (Promo.start_time > now, literal(State.SCHEDULED.value)),
        else_=literal(State.RUNNING.value),
    )


def state_is(states: Iterable[State], now: ColumnElement[datetime]) -> ColumnElement[bool]:
    """The promo is in one of `states` at `now`.

    What follows for the row and its run is spelled out, so that the indexes of the few serve; one
    state of a promo that is not over is told by that alone, which the planner can estimate.
    """
    wanted = frozenset(states)
    exact = _exactly(now)
    if len(wanted) == 1 and wanted <= exact.keys():
        return and_(*exact[next(iter(wanted))])
    implied = _implied(wanted, now)
    if wanted in (LIVE, LIVE | {State.DRAFT}):
        return and_(*implied)
    return and_(*implied, state_column(now).in_([state.value for state in wanted]))


def not_over() -> ColumnElement[bool]:
    """Nothing in the run says that the promo is over; its time may be."""
    return and_(
        PromoRun.sold_out_at.is_(None),
        PromoRun.cancelled_at.is_(None),
        PromoRun.ended_at.is_(None),
    )


def _exactly(now: ColumnElement[datetime]) -> dict[State, tuple[Any, ...]]:
    published, going_on = (Promo.published, not_over()), PromoRun.paused_at.is_(None)
    in_time = Promo.end_time > now
    return {
        State.DRAFT: (~Promo.published, not_over()),
        State.SCHEDULED: (*published, Promo.start_time > now, going_on),
        State.RUNNING: (*published, Promo.start_time <= now, in_time, going_on),
        State.PAUSED: (*published, in_time, PromoRun.paused_at.is_not(None)),
    }


def _implied(wanted: frozenset[State], now: ColumnElement[datetime]) -> list[Any]:
    if not wanted or wanted & FINISHED:
        return []
    in_time = Promo.end_time > now
    if State.DRAFT in wanted:
        return [not_over(), or_(~Promo.published, in_time)]
    return [not_over(), Promo.published, in_time]


def running(now: ColumnElement[datetime]) -> ColumnElement[bool]:
    """The promo runs at `now`."""
    return state_is([State.RUNNING], now)

"""What a step would do to this very promo, in numbers, for a page that asks before it is taken."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from flashpromo.checkout import outcomes
from flashpromo.insight.funnels import Funnel, funnel
from flashpromo.insight.previews import Preview, preview, question_of
from flashpromo.promos import copies, windows
from flashpromo.promos.models import Promo
from flashpromo.promos.states import State, state_at
from flashpromo.promos.steps import Step


@dataclass(frozen=True)
class Consequences:
    """How a promo stands right before a step.

    `held` are the clients who hold a unit now, `sold` the units sold. `told` is what came of its
    activation, None before that; `preview` whom it would tell, asked only where a step starts it.
    `overlapping` are the published promos that stand in the way of publishing it. `copy` is the
    window that a copy would have.
    """

    state: State
    held: int
    sold: int
    told: Funnel | None
    preview: Preview | None
    overlapping: Sequence[int]
    copy: tuple[datetime, datetime] | None

    @property
    def notified(self) -> int:
        """How many were told, as it may be disclosed; 0 before the activation."""
        return self.told.notified if self.told else 0

    @property
    def notified_is_rough(self) -> bool:
        """Whether that number is only about right."""
        return self.told is not None and "notified" in self.told.rough


def of(promo: Promo, step: Step, now: datetime, *, exact: bool) -> Consequences:
    """How the promo stands at `now`, as far as the step is about it.

    Args:
        promo: with its run.
        step: what is asked for.
        now: the time of the look.
        exact: for operators; everybody else is told roughly what `insight.funnel` tells so.
    """
    holds = outcomes.holds(promo.id, now)
    is_activated = promo.run.activated_at is not None
    starts_it = step in {Step.PUBLISH, Step.RESUME} and not is_activated
    return Consequences(
        state=state_at(promo, now),
        held=holds.held,
        sold=holds.sold,
        told=funnel(promo, now, exact=exact) if is_activated else None,
        preview=preview(question_of(promo), exact=exact) if starts_it else None,
        overlapping=_overlapping(promo, now) if step is Step.PUBLISH else [],
        copy=_copied(promo, now) if step is Step.DUPLICATE else None,
    )


def _overlapping(promo: Promo, now: datetime) -> Sequence[int]:
    window = (promo.start_time, promo.end_time)
    return [row.id for row in windows.held_between(promo.product_id, *window, now)]


def _copied(promo: Promo, now: datetime) -> tuple[datetime, datetime]:
    zone = ZoneInfo(promo.product.store.time_zone)
    return copies.next_window((promo.start_time, promo.end_time), zone, now)

"""What came of a promo that has been activated, from whom it reached to what was sold."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from flashpromo.checkout import outcomes as checkout_outcomes
from flashpromo.checkout import tries
from flashpromo.checkout.outcomes import Holds
from flashpromo.insight import costly
from flashpromo.insight.previews import question_of
from flashpromo.insight.promise import lateness_seconds
from flashpromo.notify import disclosure, outcomes
from flashpromo.notify.disclosure import Group
from flashpromo.promos.models import Promo

UNTOLD: Final = "reached_not_told"
NOTIFIED: Final = "notified"
OPENED: Final = "opened"
TRIED: Final = "tried_while_held"
NARROW_KM: Final = 1
"""A narrower circle is a place: many of them side by side, with a store in each, would tell by
exact numbers where a person stands. One of a kilometre or more says that somebody is in a part of a
town, at the price of an activation and of the day's slot of everybody whom it tells."""


@dataclass(frozen=True)
class Funnel:
    """What came of a promo; `audience` is None until it is counted, right after the activation.

    `lateness_seconds` runs from the promo's start, or from its publication if that was later.
    `rough` names what is not told exactly, but in multiples of `rounded_to` and 0 below `minimum`.
    """

    promo_id: int
    audience: int | None
    notified: int
    opened: int
    tried_while_held: int
    rough: tuple[str, ...]
    rounded_to: int
    minimum: int
    holds: Holds
    activated_at: datetime | None
    lateness_seconds: float | None


def funnel(promo: Promo, now: datetime, *, exact: bool) -> Funnel:
    """What came of a promo up to `now`.

    Args:
        promo: with its run.
        now: the time of the look.
        exact: for operators. Everybody else is told roughly whom the promo reached without telling
            them, and, of a circle below `NARROW_KM`, whom it told and who did something about it
            elsewhere. What clients did at the store is counted in any case.
    """
    run, counted = promo.run, _counted(promo)
    guarded = _guarded(promo, exact=exact)
    told = disclosure.exact({name: Group(size) for name, size in counted.items()})
    if guarded:
        groups = {name: Group(counted[name], counted[name]) for name in guarded}
        rough = disclosure.rough(groups, question_of(promo))
        told = replace(rough, parts={**told.parts, **rough.parts})
    parts, activated_at = told.parts, run.activated_at
    return Funnel(
        promo_id=promo.id,
        audience=None if run.audience_count is None else parts[UNTOLD] + parts[NOTIFIED],
        notified=parts[NOTIFIED],
        opened=parts[OPENED],
        tried_while_held=parts[TRIED],
        rough=tuple("audience" if name == UNTOLD else name for name in guarded),
        rounded_to=told.rounded_to,
        minimum=told.minimum,
        holds=checkout_outcomes.holds(promo.id, now),
        activated_at=activated_at,
        lateness_seconds=lateness_seconds(promo, activated_at) if activated_at else None,
    )


def _counted(promo: Promo) -> dict[str, int]:
    """What came of a promo away from the store, as it is."""
    run = promo.run
    notified = run.notified_count or 0
    return {
        UNTOLD: (run.audience_count or notified) - notified,
        NOTIFIED: notified,
        OPENED: _opened(promo.id, run.activated_at) if run.activated_at else 0,
        TRIED: tries.tried(promo.id),
    }


def _opened(promo_id: int, activated_at: datetime) -> int:
    key = f"opened:{promo_id}:{activated_at.isoformat()}"
    opened: int = costly.counted(key, lambda: outcomes.count_opened(promo_id, activated_at))
    return opened


def _guarded(promo: Promo, *, exact: bool) -> tuple[str, ...]:
    """Which of these numbers could tell where somebody is."""
    if exact:
        return ()
    if promo.max_distance_km < NARROW_KM:
        return (UNTOLD, NOTIFIED, OPENED, TRIED)
    return (UNTOLD,)

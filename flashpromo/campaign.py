"""Running a promo: the stories that cross the domains.

Activation: the bell rings for one promo, the wave takes every promo that is due. Whoever claims a
run's row tells its audience, in the same transaction; a crash before the commit leaves the promo
due, a crash after it leaves the rows. So an activation may come late, twice, or for a promo that is
over, and does nothing wrong.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Final

from flashpromo import audit, cache, config, logs
from flashpromo.barriers import barrier
from flashpromo.checkout import settle
from flashpromo.db import after_commit, app_now, session
from flashpromo.errors import demand_unchanged
from flashpromo.notify import audiences, fan_out
from flashpromo.notify.channels import registry
from flashpromo.promos import bell as promo_bell
from flashpromo.promos import claims, lifecycle, queries, runs, trail, windows
from flashpromo.promos.errors import PromoFinished
from flashpromo.promos.models import Promo, PromoRun
from flashpromo.promos.states import FINISHED, State, state_at
from flashpromo.promos.versions import Version, version_of
from flashpromo.queueing import bell
from flashpromo.queueing.names import DELIVER, MEASURE
from flashpromo.tallies import counting, series

LATELY: Final = timedelta(hours=1)
COUNTED_BY_BELL: Final = 20
"""The audiences of the other promos of a large wave the sweep counts: deliveries go first."""


@dataclass(frozen=True)
class Wave:
    """What one activation did: how many clients each of its promos notified.

    `causes` are the ids of the requests that led to it, by promo.
    """

    now: datetime
    notified: dict[int, int]
    causes: dict[int, str]


def activate_due(promo_ids: Sequence[int] | None = None) -> Wave:
    """Activate every promo that is due, as one wave.

    The time is read once; of two waves at the same instant each claims a promo or finds it claimed.
    A promo that is stopped or moved before its rows are there is not activated, and they are not.

    Args:
        promo_ids: only these, if they are due; every due promo when None.
    """
    now = app_now()
    due = dict(runs.due(now))
    wanted = due.keys() if promo_ids is None else due.keys() & set(promo_ids)
    claimed = claims.claim(wanted, now) if wanted else []
    if not claimed:
        return Wave(now, {}, {})
    barrier("activation.claimed")
    settings = config.current()
    channels = [channel.name for channel in registry.channels(settings)]
    notified, written_at = _tell(claimed, now, channels)
    _count(notified, {each: due[each] for each in notified}, channels, (now, written_at))
    causes = audit.causes.of_promos(list(notified))
    _record_activation(notified, causes)
    barrier("activation.recorded")
    for promo_id, clients in notified.items():
        if channels and clients:
            _ring(DELIVER, promo_id, causes)
    for promo_id in list(notified)[:COUNTED_BY_BELL]:
        _ring(MEASURE, promo_id, causes)
    for broadcast in registry.broadcasts(settings):
        after_commit(partial(broadcast.announce, list(notified)))
    return Wave(now, notified, causes)


def _tell(
    claimed: Sequence[int], now: datetime, channels: Sequence[str]
) -> tuple[dict[int, int], datetime]:
    """Write the rows of a wave; what it told of promos that still are to be active, and when.

    The rows carry the time at which the wave began, the promos also the one when they were there.
    """
    told, written_at = fan_out.fan_out(claimed, now, channels), app_now()
    confirmed = claims.confirm(told, now, written_at)
    fan_out.take_back(told.keys() - confirmed, now)
    return {promo_id: told[promo_id] for promo_id in claimed if promo_id in confirmed}, written_at


def _count(
    notified: Mapping[int, int],
    due: Mapping[int, datetime],
    channels: Sequence[str],
    began_and_written: tuple[datetime, datetime],
) -> None:
    """Add a wave to the tallies: in the inbox all are told when its rows are there."""
    began, written = began_and_written
    for promo_id, since in due.items():
        told_after = (written - since).total_seconds()
        counting.observe(series.LATENESS, max(0.0, (began - since).total_seconds()))
        counting.observe(series.TIME_TO_NOTIFY, told_after, "inbox", times=notified[promo_id])
    counting.count(series.NOTIFICATIONS, by=sum(notified.values()))
    for channel in channels:
        counting.count(series.DELIVERIES_ORDERED, channel, by=sum(notified.values()))


def _record_activation(notified: Mapping[int, int], causes: Mapping[int, str]) -> None:
    store_ids = queries.stores_of(notified)
    for promo_id, count in notified.items():
        told, store_id = {"notified_count": count}, store_ids[promo_id]
        with logs.bound(request_id=causes.get(promo_id)):
            audit.record("promo.activated", "promo", promo_id, store_id=store_id, after=told)


def _ring(name: str, promo_id: int, causes: Mapping[int, str]) -> None:
    """A wave takes the promos of many requests: each goes on under its own."""
    with logs.bound(request_id=causes.get(promo_id)):
        bell.ring(name, promo_id)


def seconds_to_start(promo_id: int) -> float:
    """How long until a published promo starts; 0 when there is nothing to wait for.

    A bell may come early, by the second that rq-scheduler cuts off or by the drift of two clocks.
    """
    now = app_now()
    promo = session().get(Promo, promo_id)
    if promo is None or not promo.published:
        return 0.0
    return max(0.0, (promo.start_time - now).total_seconds())


def measure(promo_id: int) -> int | None:
    """Count whom the promo's activation reached, told or not, and keep it.

    Not in the wave itself: a thousand counts would delay its promos. Those who were told count by
    their rows, so only those who move in these few seconds can be missed.

    Returns:
        The audience, or None when there is nothing to count (any more).
    """
    run = session().get(PromoRun, promo_id, populate_existing=True)
    if run is None or run.activated_at is None or run.notified_count is None:
        return None
    if run.audience_count is not None:
        return None
    untold = audiences.count_reached_untold(promo_id, run.activated_at)
    if not runs.record_audience(promo_id, run.activated_at, untold):
        return None
    counting.observe(series.AUDIENCE, run.notified_count + untold)
    return run.notified_count + untold


def cancel(promo_id: int, *, seen: Version | None = None) -> Promo:
    """End a promo for good and release its holds; cancelling a cancelled promo is no error.

    Raises:
        NotFound: no such promo.
        PreconditionFailed: it was changed since it was seen.
        WrongState: it is a draft.
        PromoFinished: it is sold out or has ended.
    """
    promo = queries.lock(promo_id)
    demand_unchanged(version_of(promo), seen)
    now = app_now()
    state = state_at(promo, now)
    if state is State.CANCELLED:
        return promo
    if state in FINISHED:
        raise PromoFinished
    lifecycle.demand_live(promo, now)
    promo.published = False
    _stop(promo, now)
    if not runs.cancel(promo.id, now):
        raise PromoFinished
    settle.end_all(promo.id, "cancelled", now)
    session().refresh(promo)
    session().refresh(promo.run)
    trail.record_step("promo.cancelled", promo, state, state_at(promo, now))
    return promo


def delete(promo_id: int, *, seen: Version | None = None) -> None:
    """Take a promo out of everybody's sight; one that is not over is cancelled by it.

    Its notifications, reservations and purchases stay on record.

    Raises:
        NotFound: no such promo.
        PreconditionFailed: it was changed since it was seen.
    """
    promo = queries.lock(promo_id)
    demand_unchanged(version_of(promo), seen)
    now = app_now()
    trail.record("promo.deleted", promo, before={"state": state_at(promo, now)})
    promo.published = False
    promo.deleted_at = now
    _stop(promo, now)
    runs.cancel(promo.id, now)
    settle.end_all(promo.id, "cancelled", now)


def withdraw_finished(*, lately: bool = False) -> list[int]:
    """Withdraw every promo that is over, so that it does not block its product's window.

    Args:
        lately: only what has been sold out in the last hour, or has ended: what a look each second
            need not look for twice.
    """
    now = app_now()
    promo_ids = windows.free_all_finished(now, now - LATELY if lately else None)
    if promo_ids:
        runs.end(promo_ids, now)
        cache.mark_stale(cache.TERMS)
    return promo_ids


def _stop(promo: Promo, now: datetime) -> None:
    """Write the promo's row, silence its bell, and see that what waits to be sent is skipped."""
    session().flush()
    cache.mark_stale(cache.TERMS)
    promo_bell.follow(promo, awaits_activation=False, now=now)
    bell.ring(DELIVER, promo.id)

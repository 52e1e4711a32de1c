"""A promo once more: a new draft with the terms of another one, over or not.

The window of a promo that has not begun is kept. One that has begun is moved by whole days, as few
as let it begin in the future, and keeps its local times in the store's zone: 17:00 to 19:00 stays
17:00 to 19:00 when the clocks change in between, as `wall_clock` reads them. Where that would leave
nothing of a window, it keeps its length instead.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from flashpromo.db import app_now
from flashpromo.promos import lifecycle, queries, trail
from flashpromo.promos.models import Promo
from flashpromo.promos.terms import Terms
from flashpromo.promos.wall_clock import first_reading, shown

Window = tuple[datetime, datetime]


def duplicate(promo_id: int, changes: Mapping[str, Any]) -> Promo:
    """Make a draft with the promo's terms, some of them changed.

    Args:
        promo_id: the promo to start from, in any state.
        changes: terms by name, see `Terms`. With a `start_time` alone the window keeps its length.

    Raises:
        NotFound: no such promo.
        InvalidFields: a field is wrong, or what the promo was offered with is not valid any more.
    """
    promo = queries.get(promo_id, queries.EVERYTHING, app_now())
    terms = Terms.of(promo)
    zone = ZoneInfo(promo.product.store.time_zone)
    start, end = next_window((terms.start_time, terms.end_time), zone, app_now())
    if "start_time" in changes:
        end = changes["start_time"] + (terms.end_time - terms.start_time)
    draft = terms.changed({"start_time": start, "end_time": end} | dict(changes))
    made = lifecycle.create(draft)
    trail.record("promo.duplicated", made, after={"of_promo_id": promo_id})
    return made


def next_window(window: Window, zone: ZoneInfo, now: datetime) -> Window:
    """The window itself if it begins after `now`, else on the next day on which it does.

    Args:
        window: begin and end, aware.
        zone: the store's.
        now: aware.

    Returns:
        Begin and end in UTC.
    """
    start, end = window
    if start > now:
        return window
    days = max(0, (now.astimezone(zone).date() - start.astimezone(zone).date()).days)
    while (moved := _moved(start, zone, days)) <= now:
        days += 1
    moved_end = _moved(end, zone, days)
    return moved, moved_end if moved_end > moved else moved + (end - start)


def _moved(moment: datetime, zone: ZoneInfo, days: int) -> datetime:
    """The same local time so many days later, as UTC."""
    return first_reading(shown(moment, zone) + timedelta(days=days), zone).at

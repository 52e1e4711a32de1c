"""The promos of a series: one of its own for each window, all of them or none.

Once made they are single promos like any other, each changed, paused or cancelled by itself.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from flashpromo import audit
from flashpromo.errors import InvalidFields
from flashpromo.market import products
from flashpromo.promos import lifecycle, windows
from flashpromo.promos.errors import PromoOverlaps
from flashpromo.promos.models import Promo
from flashpromo.promos.occurrences import Window
from flashpromo.promos.recurrence import Rule
from flashpromo.promos.terms import Terms


def zone_of(product_id: int) -> str:
    """The name of the zone in which a product's store reads its times.

    Raises:
        InvalidFields: there is no such product.
    """
    product = products.find(product_id)
    if product is None:
        raise InvalidFields({"product_id": "No such product."})
    return product.store.time_zone


def create_all(
    offer: Mapping[str, Any], rule: Rule, now: datetime, *, publish: bool = False
) -> list[Promo]:
    """Make a promo of each window that is not over at `now`.

    The first refusal ends it, and with it the door's transaction: all of them come to be, or none.

    Args:
        offer: the terms by name, see `Terms`, without `start_time` and `end_time`.
        rule: in the zone of the product's store, see `zone_of`.
        now: `app_now()`.
        publish: all of them, or else they are drafts.

    Returns:
        The promos in the order of `rule.series(now).windows`.

    Raises:
        InvalidFields: a term is wrong, or a field of the rule; or all together have more units than
            a promo may.
        PromoOverlaps: published, and the window of `day` is not free; with `promo_ids`.
    """
    wanted = rule.series(now).windows
    try:
        promos = lifecycle.create_all(terms(offer, wanted), publish=publish)
    except PromoOverlaps as refusal:
        raise _of_day(refusal, wanted) from refusal
    for first in promos[:1]:
        audit.record(
            "promo.series_created",
            "product",
            first.product_id,
            store_id=first.product.store_id,
            after={"promo_ids": [promo.id for promo in promos]},
        )
    return promos


def terms(offer: Mapping[str, Any], found: Iterable[Window]) -> list[Terms]:
    """The terms of the promo of each window."""
    return [Terms(**offer, start_time=each.start, end_time=each.end) for each in found]


def overlaps(product_id: int, found: Sequence[Window], now: datetime) -> list[list[int]]:
    """For each window the ids of the published promos of the product that are in its way."""
    if not found:
        return []
    first, last = found[0].start, max(window.end for window in found)
    held = windows.held_between(product_id, first, last, now)
    return [
        [each.id for each in held if each.start_time < window.end and each.end_time > window.start]
        for window in found
    ]


def _of_day(refusal: PromoOverlaps, wanted: Iterable[Window]) -> PromoOverlaps:
    """The same, with the day whose window is not free."""
    day = next(each.day for each in wanted if each.start == refusal.start_time)
    said = f"Another published promo of this product overlaps the window of {day}."
    return PromoOverlaps(said, day=day.isoformat(), **refusal.extra)

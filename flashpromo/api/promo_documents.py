"""Promos as documents, a page at a time."""

from collections.abc import Sequence
from datetime import datetime

from flashpromo.api.shapes.promos import PromoOut
from flashpromo.audience import segments
from flashpromo.promos.models import Promo


def many(promos: Sequence[Promo], now: datetime) -> list[PromoOut]:
    """The documents of these promos as they stand at `now`; one query for all their segments."""
    known = segments.by_id({each for promo in promos for each in promo.segment_ids})
    return [
        PromoOut.of_promo(promo, [known[each] for each in promo.segment_ids if each in known], now)
        for promo in promos
    ]


def one(promo: Promo, now: datetime) -> PromoOut:
    """The document of one promo as it stands at `now`."""
    return many([promo], now)[0]

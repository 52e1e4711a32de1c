"""Promos as documents, a page at a time, and which version of one a caller has seen."""

from collections.abc import Collection, Sequence
from datetime import datetime

from flashpromo.api import etags
from flashpromo.api.shapes.promos import PromoOut
from flashpromo.audience import segments
from flashpromo.db import app_now
from flashpromo.promos import offered, queries
from flashpromo.promos.models import Promo
from flashpromo.promos.versions import Version, version_of


def many(promos: Sequence[Promo], now: datetime) -> list[PromoOut]:
    """The documents of these promos as they stand at `now`; one query for all their segments."""
    known = segments.by_id({each for promo in promos for each in promo.segment_ids})
    return [
        PromoOut.of_promo(promo, [known[each] for each in promo.segment_ids if each in known], now)
        for promo in promos
    ]


def by_id(promo_ids: Collection[int], now: datetime) -> dict[int, PromoOut]:
    """The documents of promos by their ids, deleted ones too, as they stand at `now`; one query."""
    found = offered.by_id(promo_ids)
    return {each.promo.id: PromoOut.of_promo(each.promo, each.segments, now) for each in found}


def one(promo: Promo, now: datetime) -> PromoOut:
    """The document of one promo as it stands at `now`."""
    return many([promo], now)[0]


def seen(promo_id: int) -> Version | None:
    """The version that the caller has seen, by its `If-Match`; None if any will do.

    Raises:
        NotFound: no such promo.
        PreconditionFailed: the caller has seen another one.
    """

    def read() -> tuple[PromoOut, Version]:
        now = app_now()
        promo = queries.get(promo_id, queries.EVERYTHING, now)
        return one(promo, now), version_of(promo)

    return etags.seen(read)

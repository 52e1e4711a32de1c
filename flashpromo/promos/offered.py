"""Promos with the segments that they are offered to: what a shopper is shown, in one query."""

from collections.abc import Collection, Iterable
from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import BigInteger, Row, Select, and_, any_, bindparam
from sqlalchemy.dialects.postgresql import ARRAY

from flashpromo.audience.models import Segment
from flashpromo.audience.segments import NOT_DELETED
from flashpromo.db import session
from flashpromo.promos import queries
from flashpromo.promos.models import Promo


class Offered(NamedTuple):
    """A promo with its product, store and run, and its segments as it names them.

    Those that are deleted are left out.
    """

    promo: Promo
    segments: list[Segment]


def by_id(promo_ids: Collection[int]) -> list[Offered]:
    """The promos of these ids, deleted ones too, for what was reserved of them."""
    return gathered(session().execute(_by_id(), {"promo_ids": list(promo_ids)}))


def whole() -> Select[Any]:
    """A row for each segment of each promo; joined to what `queries.whole` is joined to."""
    named = and_(Segment.id == any_(Promo.segment_ids), NOT_DELETED)
    return (
        queries.whole()
        .add_columns(Segment)
        .outerjoin(Segment, named)
        .execution_options(populate_existing=True)
    )


def gathered(rows: Iterable[Row[Any]]) -> list[Offered]:
    """What such rows tell, each promo once."""
    promos: dict[int, Promo] = {}
    named: dict[int, dict[int, Segment]] = {}
    for row in rows:
        promos[row.Promo.id] = row.Promo
        segments = named.setdefault(row.Promo.id, {})
        if row.Segment is not None:
            segments[row.Segment.id] = row.Segment
    return [
        Offered(promo, [named[key][each] for each in promo.segment_ids if each in named[key]])
        for key, promo in promos.items()
    ]


@cache
def _by_id() -> Select[Any]:
    """Written once: to write it takes as long as to ask it."""
    return whole().where(Promo.id == any_(bindparam("promo_ids", type_=ARRAY(BigInteger))))

"""What was sold and reserved of one promo over time, without a word of who it was."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Final

from sqlalchemy import Interval, bindparam, text

from flashpromo.db import session

MOST_SPELLS: Final = 12
SPELLS: Final = tuple(
    timedelta(minutes=minutes) for minutes in (1, 5, 15, 60, 180, 720, 1440, 10080)
)

FIRST_HOLD = text("SELECT min(created_at) FROM reservation WHERE promo_id = :promo_id")
BOUNDS = text("""
SELECT min(purchased_at) AS first, max(purchased_at) AS last
FROM purchase WHERE promo_id = :promo_id
""")
BY_SPELL = text("""
SELECT min(purchased_at) AS first, max(purchased_at) AS last, count(*) AS sold, sum(price) AS taken
FROM purchase WHERE promo_id = :promo_id
GROUP BY date_bin(:spell, purchased_at, :first) ORDER BY 1
""").bindparams(bindparam("spell", type_=Interval))


@dataclass(frozen=True)
class Sales:
    """Units that were sold from `first` to `last`, and what was paid for them."""

    first: datetime
    last: datetime
    sold: int
    taken: Decimal


def first_hold_at(promo_id: int) -> datetime | None:
    """When somebody reserved for the first time."""
    found: datetime | None = session().scalar(FIRST_HOLD, {"promo_id": promo_id})
    return found


def sales(promo_id: int) -> Sequence[Sales]:
    """All sales in their order, those of one spell of time together: a dozen spells or so."""
    bounds = session().execute(BOUNDS, {"promo_id": promo_id}).one()
    if bounds.first is None:
        return []
    whole = bounds.last - bounds.first
    spell = next((each for each in SPELLS if whole / each < MOST_SPELLS), SPELLS[-1])
    values = {"promo_id": promo_id, "spell": spell, "first": bounds.first}
    return [
        Sales(row.first, row.last, row.sold, row.taken)
        for row in session().execute(BY_SPELL, values)
    ]

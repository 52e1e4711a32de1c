"""The units of a promo one by one: which are free, held, and for how long, or sold.

Who holds one is nobody's business here.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from sqlalchemy import text

from flashpromo.db import session

ONE_BY_ONE: Final = 60
"""Of more units nobody looks at each."""
NEXT: Final = 5

ROWS = text("""
SELECT unit_no, sold_at IS NOT NULL AS sold,
  CASE WHEN sold_at IS NULL AND held_until > :now THEN held_until END AS held_until
FROM promo_unit WHERE promo_id = :promo_id AND NOT (closed AND sold_at IS NULL)
ORDER BY unit_no LIMIT :limit
""")
EXPIRIES = text("""
SELECT held_until FROM promo_unit
WHERE promo_id = :promo_id AND sold_at IS NULL AND NOT closed AND held_until > :now
ORDER BY held_until LIMIT :limit
""")


class UnitState(StrEnum):
    """A unit that is offered is in one of three states."""

    FREE = "free"
    HELD = "held"
    SOLD = "sold"


@dataclass(frozen=True)
class UnitRow:
    """One unit; `held_until` says when its hold runs out."""

    number: int
    state: UnitState
    held_until: datetime | None


def one_by_one(promo_id: int, now: datetime) -> Sequence[UnitRow] | None:
    """Every unit that is offered or sold, by number; None when there are too many to look at."""
    values = {"promo_id": promo_id, "now": now, "limit": ONE_BY_ONE + 1}
    rows = session().execute(ROWS, values).all()
    if len(rows) > ONE_BY_ONE:
        return None
    return [UnitRow(row.unit_no, _state(row.sold, row.held_until), row.held_until) for row in rows]


def next_expiries(promo_id: int, now: datetime) -> Sequence[datetime]:
    """When the holds that end first run out."""
    return list(
        session().scalars(EXPIRIES, {"promo_id": promo_id, "now": now, "limit": NEXT}).all()
    )


def _state(sold: bool, held_until: datetime | None) -> UnitState:
    if sold:
        return UnitState.SOLD
    return UnitState.FREE if held_until is None else UnitState.HELD

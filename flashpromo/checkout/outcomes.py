"""What came of a promo at the checkout: its holds, and how each of them ended."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text

from flashpromo.db import session

HOLDS = text("""
SELECT count(*) AS reserved,
  count(*) FILTER (WHERE completed_at IS NOT NULL) AS sold,
  count(*) FILTER (WHERE released_at IS NOT NULL) AS released,
  count(*) FILTER (WHERE completed_at IS NULL AND released_at IS NULL
                     AND expires_at <= :now) AS lapsed,
  count(*) FILTER (WHERE completed_at IS NULL AND released_at IS NULL
                     AND expires_at > :now) AS held
FROM reservation WHERE promo_id = :promo_id
""")


@dataclass(frozen=True)
class Holds:
    """All holds of a promo ever, and those of them that each ended in one way or are live."""

    reserved: int
    sold: int
    released: int
    lapsed: int
    held: int


def holds(promo_id: int, now: datetime) -> Holds:
    """Count a promo's holds as they stand at `now`."""
    row = session().execute(HOLDS, {"promo_id": promo_id, "now": now}).one()
    return Holds(row.reserved, row.sold, row.released, row.lapsed, row.held)

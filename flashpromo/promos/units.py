"""The units of a promo: one row for each sellable piece.

A unit that is no longer offered is closed, not deleted: reservations of the past name it.
"""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import text

from flashpromo.db import session
from flashpromo.errors import InvalidFields

COUNT_OPEN = text("SELECT count(*) FROM promo_unit WHERE promo_id = :promo_id AND NOT closed")

REOPEN = text("""
UPDATE promo_unit SET closed = false
WHERE promo_id = :promo_id AND unit_no IN (
    SELECT unit_no FROM promo_unit WHERE promo_id = :promo_id AND closed
    ORDER BY unit_no LIMIT :count)
""")

ADD = text("""
INSERT INTO promo_unit (promo_id, unit_no)
SELECT :promo_id, last.unit_no + step
FROM (SELECT coalesce(max(unit_no), 0) AS unit_no FROM promo_unit WHERE promo_id = :promo_id) last,
     generate_series(1, :count) AS step
""")

ADD_FIRST = text("""
INSERT INTO promo_unit (promo_id, unit_no)
SELECT promo.id, step
FROM unnest(CAST(:promo_ids AS bigint[]), CAST(:quantities AS integer[])) AS promo (id, quantity),
     generate_series(1, promo.quantity) AS step
""")

# The rows are locked before they are closed, so a hold that wins the race for one of them is seen.
# They are chosen once: of a promo that it knows nothing of, the planner would choose anew for each
# of its rows, and pass over what it has closed already.
CLOSE_FREE = text("""
WITH chosen AS MATERIALIZED (
    SELECT unit_no FROM promo_unit
    WHERE promo_id = :promo_id AND NOT closed AND sold_at IS NULL
      AND (held_until IS NULL OR held_until <= :now)
    ORDER BY unit_no DESC LIMIT :count FOR UPDATE)
UPDATE promo_unit SET closed = true FROM chosen
WHERE promo_id = :promo_id AND promo_unit.unit_no = chosen.unit_no
""")

# Every unsold unit is touched, free or not: a hold that is being taken at this instant is waited
# for and ended too, and none can be taken afterwards.
CLOSE_ALL = text("""
UPDATE promo_unit
SET closed = true, held_by = NULL, held_until = NULL, reservation_id = NULL
WHERE promo_id = :promo_id AND sold_at IS NULL
""")


def add_first(quantities: Mapping[int, int]) -> None:
    """Make the units of promos that have none yet; how many, by the id of the promo."""
    values = {"promo_ids": list(quantities), "quantities": list(quantities.values())}
    session().execute(ADD_FIRST, values)


def set_quantity(promo_id: int, quantity: int, now: datetime) -> None:
    """Offer exactly `quantity` units, those already sold or held among them.

    Raises:
        InvalidFields: when more than that are held or sold, naming `quantity`.
    """
    missing = quantity - _count_open(promo_id)
    if missing > 0:
        values = {"promo_id": promo_id, "count": missing}
        reopened = session().execute(REOPEN, values).rowcount  # type: ignore[attr-defined]
        session().execute(ADD, values | {"count": missing - reopened})
    elif missing < 0:
        session().execute(CLOSE_FREE, {"promo_id": promo_id, "count": -missing, "now": now})
        taken = _count_open(promo_id)
        if taken > quantity:
            raise InvalidFields({"quantity": f"{taken} units are already held or sold."})


def close_all(promo_id: int) -> None:
    """Offer no unit any more and end every hold; what is sold stays sold."""
    session().execute(CLOSE_ALL, {"promo_id": promo_id})


def _count_open(promo_id: int) -> int:
    count: int = session().execute(COUNT_OPEN, {"promo_id": promo_id}).scalar_one()
    return count

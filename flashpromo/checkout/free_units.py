"""Taking a free unit of a promo: one conditional update of its row decides who holds it."""

import random
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

import uuid_utils.compat as uuid
from sqlalchemy import Row, text

from flashpromo import config
from flashpromo.checkout.models import Reservation
from flashpromo.db import session
from flashpromo.promos.models import Promo

FREE = """
promo_id = :promo_id AND NOT closed AND sold_at IS NULL
  AND (held_until IS NULL OR held_until <= :now)
"""
# SKIP LOCKED spreads rivals over the free units; the outer condition is looked at again once the
# row is locked, so a unit that was taken in between is not taken twice. What is left is seen as of
# the beginning of the statement: all but the one that is taken here.
TAKE = text(f"""
WITH claimed AS (
  UPDATE promo_unit
  SET held_by = :client_id, held_until = :until, reservation_id = :reservation_id, fence = fence + 1
  WHERE {FREE} AND unit_no = (
      SELECT unit_no FROM promo_unit WHERE {FREE} AND unit_no >= :first
      ORDER BY unit_no LIMIT 1 FOR UPDATE SKIP LOCKED)
  RETURNING unit_no, fence
), recorded AS (
  INSERT INTO reservation
    (promo_id, reservation_id, client_id, unit_no, fence, price, created_at, expires_at)
  SELECT :promo_id, :reservation_id, :client_id, unit_no, fence, :price, :now, :until FROM claimed
  RETURNING id, unit_no, fence
), looked AS (
  SELECT recorded.*, (
      SELECT other.unit_no FROM promo_unit AS other
      WHERE {FREE} AND other.unit_no <> recorded.unit_no
      ORDER BY other.unit_no DESC LIMIT 1) IS NOT NULL AS free
  FROM recorded
)
SELECT id, unit_no, fence, free,
  CASE WHEN NOT free THEN (
    SELECT least(min(held_until), :until) FROM promo_unit
    WHERE promo_id = :promo_id AND NOT closed AND sold_at IS NULL
      AND promo_unit.unit_no <> looked.unit_no) END AS next_free
FROM looked
""")  # noqa: S608 - constants of this module
SPREAD: Final = 100
"""Of more units than these, each client begins to look at another place: the first are held."""
# Nothing is counted. Where one is free, a look from the end of the index finds it soon; only where
# none is, all that are unsold are passed.
LEFT = text(f"""
WITH looked AS MATERIALIZED (
  SELECT (SELECT unit_no FROM promo_unit WHERE {FREE} ORDER BY unit_no DESC LIMIT 1) IS NOT NULL
    AS free)
SELECT free, free OR EXISTS (
    SELECT FROM promo_unit WHERE promo_id = :promo_id AND NOT closed AND sold_at IS NULL) AS unsold,
  CASE WHEN NOT free THEN (
    SELECT min(held_until) FROM promo_unit
    WHERE promo_id = :promo_id AND NOT closed AND sold_at IS NULL) END AS next_free
FROM looked
""")  # noqa: S608


@dataclass(frozen=True)
class Left:
    """Whether a unit of a promo is free, or unsold at least; if none is free, when one will be."""

    free: bool
    unsold: bool
    next_free: datetime | None


def take(promo: Promo, client_id: int, now: datetime) -> tuple[Reservation | None, Left]:
    """Take a free unit, and see what is left; try once more if one is free after all.

    A rival's lock may have hidden the last free unit, and the rival may not have kept it; or the
    only free ones are before the place where this client began to look.
    """
    values = {
        "promo_id": promo.id,
        "client_id": client_id,
        "price": promo.promo_price,
        "now": now,
        "until": now + timedelta(seconds=config.current().hold_seconds),
        "reservation_id": uuid.uuid7(),
        "first": random.randint(1, promo.quantity) if promo.quantity > SPREAD else 1,  # noqa: S311
    }
    row = session().execute(TAKE, values).one_or_none()
    if row is None:
        rest = look(promo.id, now)
        if not rest.free:
            return None, rest
        row = session().execute(TAKE, values | {"first": 1}).one_or_none()
        if row is None:
            return None, look(promo.id, now)
    return _recorded(row, values), Left(row.free, True, row.next_free)


def _recorded(row: Row[Any], values: Mapping[str, Any]) -> Reservation:
    """The reservation as it stands in its table."""
    return Reservation(
        id=row.id,
        promo_id=values["promo_id"],
        reservation_id=values["reservation_id"],
        client_id=values["client_id"],
        unit_no=row.unit_no,
        fence=row.fence,
        price=values["price"],
        created_at=values["now"],
        expires_at=values["until"],
        completed_at=None,
        released_at=None,
        release_reason=None,
    )


def look(promo_id: int, now: datetime) -> Left:
    """Look at the promo's units as they stand at `now`."""
    row = session().execute(LEFT, {"promo_id": promo_id, "now": now}).one()
    return Left(row.free, row.unsold, row.next_free)

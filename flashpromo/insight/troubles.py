"""Deliveries that fail: of the promos of a day, how many have failed, and how many are tried again.

Whether there is any at all is asked first. As a rule there is none, and then the promos of a day,
a thousand in a large marketplace, need not be looked at one by one.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import BigInteger, bindparam, text
from sqlalchemy.dialects.postgresql import ARRAY

from flashpromo.db import session

# The second one counts no further than the first row: without an index of its own, what is tried
# again is not told from what waits for the first time.
ANY: Final = text("""
SELECT EXISTS (SELECT FROM delivery WHERE state = 'failed' AND local_day >= :yesterday) AS failed,
  EXISTS (SELECT FROM delivery WHERE state = 'pending' AND local_day >= :yesterday) AS waits
""")
OF_PROMOS: Final = text("""
SELECT run.promo_id, found.failed, found.retried
FROM promo_run AS run JOIN promo ON promo.id = run.promo_id
JOIN product ON product.id = promo.product_id
CROSS JOIN LATERAL (SELECT
  (SELECT count(*) FROM (SELECT FROM delivery AS d
    WHERE d.promo_id = promo.id AND d.state = 'failed' AND d.finished_at >= run.activated_at
      AND d.local_day >= :yesterday LIMIT 10000) AS failed) AS failed,
  (SELECT count(*) FROM (SELECT d.reason FROM delivery AS d
    WHERE d.promo_id = promo.id AND d.state = 'pending' AND d.local_day >= :yesterday
    ORDER BY d.channel DESC, d.next_attempt_at DESC LIMIT 1000) AS waiting
   WHERE waiting.reason IS NOT NULL) AS retried OFFSET 0) AS found
WHERE run.activated_at >= :day_ago AND (found.failed > 0 OR found.retried > 0)
  AND (:store_ids IS NULL OR product.store_id = ANY(:store_ids))
""").bindparams(bindparam("store_ids", type_=ARRAY(BigInteger)))


@dataclass(frozen=True)
class Trouble:
    """Deliveries of a promo: those that have failed, and those that are tried again."""

    failed: int
    retried: int


NONE: Final = Trouble(0, 0)


def of_a_day(store_ids: Collection[int] | None, now: datetime) -> Mapping[int, Trouble]:
    """The promos activated within a day that have any, by id.

    Args:
        store_ids: of which stores; None for all.
        now: the time of the look.
    """
    values = {"yesterday": (now - timedelta(days=2)).date()}
    any_at_all = session().execute(ANY, values).one()
    if not (any_at_all.failed or any_at_all.waits):
        return {}
    asked = {
        "store_ids": None if store_ids is None else list(store_ids),
        "day_ago": now - timedelta(days=1),
    }
    rows = session().execute(OF_PROMOS, values | asked)
    return {row.promo_id: Trouble(row.failed, row.retried) for row in rows}

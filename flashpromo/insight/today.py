"""What a day has brought so far: sold, reserved, told, opened.

A day is one of a calendar: of a store's zone for one store, of the marketplace's for all. Who was
told counts with the activation, and who opened with it too: of those who were told on this day.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from decimal import Decimal
from typing import Any, Final
from zoneinfo import ZoneInfo

from sqlalchemy import BigInteger, bindparam, text
from sqlalchemy.dialects.postgresql import ARRAY

from flashpromo import config
from flashpromo.db import session
from flashpromo.insight import costly
from flashpromo.insight.funnels import NARROW_KM, NOTIFIED, OPENED
from flashpromo.notify import disclosure
from flashpromo.notify.disclosure import Group, Question

NOTICEABLE_SECONDS: Final = 0.02
STORES: Final = bindparam("store_ids", type_=ARRAY(BigInteger))
OF_STORES: Final = "(:store_ids IS NULL OR product.store_id = ANY(:store_ids))"
# Nothing is sold after a promo's end but by holds that were taken before it. Promos that have been
# deleted since are among them: what was sold is sold. All three times have their index: a day is
# little beside the past.
DONE = text(f"""
WITH mine AS (
  SELECT promo.id, store.currency FROM promo
  JOIN product ON product.id = promo.product_id JOIN store ON store.id = product.store_id
  WHERE {OF_STORES} AND promo.end_time >= :sold_of)
SELECT mine.currency, count(*) AS number, sum(purchase.price) AS taken
FROM mine JOIN purchase ON purchase.promo_id = mine.id
WHERE purchase.purchased_at >= :since GROUP BY mine.currency
UNION ALL
SELECT NULL, count(*), 0 FROM mine JOIN reservation ON reservation.promo_id = mine.id
WHERE reservation.created_at >= :since
ORDER BY currency
""").bindparams(STORES)  # noqa: S608 - constants of this module
TOLD = text(f"""
SELECT run.notified_count AS notified, seen.opened, promo.max_distance_km, promo.segment_ids,
  ST_Y(promo.location::geometry) AS latitude, ST_X(promo.location::geometry) AS longitude
FROM promo_run AS run JOIN promo ON promo.id = run.promo_id
JOIN product ON product.id = promo.product_id
CROSS JOIN LATERAL (
  SELECT count(*) AS opened FROM notification
  WHERE promo_id = run.promo_id AND created_at = run.activated_at AND opened_at IS NOT NULL
    AND local_day BETWEEN :first AND :last) AS seen
WHERE {OF_STORES} AND run.activated_at >= :since AND run.notified_count > 0
""").bindparams(STORES)  # noqa: S608


@dataclass(frozen=True)
class Today:
    """The figures of a day; `taken` is money by currency, and `is_rough` of the last two."""

    since: datetime
    zone: str
    sold: int
    taken: Sequence[tuple[str, Decimal]]
    reserved: int
    notified: int
    opened: int
    is_rough: bool


def today(store_ids: Collection[int] | None, zone: str, now: datetime, *, exact: bool) -> Today:
    """What the local day has brought up to `now`; two queries.

    Args:
        store_ids: of which stores; None for all.
        zone: the calendar, an IANA name.
        now: the time of the look.
        exact: for operators; for everybody else what a small circle told is summed up from what its
            funnel shows.
    """
    since = datetime.combine(now.astimezone(ZoneInfo(zone)).date(), time(), ZoneInfo(zone))
    ids = None if store_ids is None else sorted(store_ids)
    who = "all" if ids is None else ",".join(map(str, ids))
    day = f"{since.isoformat()}:{who}"
    sales = costly.counted(f"sales:{day}", lambda: _sales(ids, since))
    # Who has opened a message is looked up row by row: of many thousands a moment ago will do.
    reach = costly.counted(
        f"reach:{day}:{exact}",
        lambda: _reach(ids, since, exact=exact),
        noticeable_seconds=NOTICEABLE_SECONDS,
    )
    taken = [(currency, Decimal(amount)) for currency, amount in sales.pop("taken")]
    return Today(since=since, zone=zone, taken=taken, **sales, **reach)


def _sales(ids: list[int] | None, since: datetime) -> dict[str, Any]:
    hold = timedelta(seconds=config.current().hold_seconds)
    values = {"store_ids": ids, "since": since, "sold_of": since - hold}
    *sold, reserved = session().execute(DONE, values).all()
    return {
        "sold": sum(row.number for row in sold),
        "taken": [(row.currency, str(row.taken)) for row in sold],
        "reserved": reserved.number,
    }


def _reach(ids: list[int] | None, since: datetime, *, exact: bool) -> dict[str, Any]:
    days = {"first": since.date() - timedelta(days=1), "last": since.date() + timedelta(days=2)}
    told = session().execute(TOLD, {"store_ids": ids, "since": since} | days).all()
    shown = [_shown(row, exact=exact) for row in told]
    return {
        "notified": sum(notified for notified, _ in shown),
        "opened": sum(opened for _, opened in shown),
        "is_rough": not exact and any(row.max_distance_km < NARROW_KM for row in told),
    }


def _shown(row: Any, *, exact: bool) -> tuple[int, int]:
    """How many a promo told, and how many of them opened it, as its funnel shows them."""
    if exact or row.max_distance_km >= NARROW_KM:
        return row.notified, row.opened
    circle = Question(row.latitude, row.longitude, row.max_distance_km, tuple(row.segment_ids))
    groups = {
        name: Group(size, size) for name, size in ((NOTIFIED, row.notified), (OPENED, row.opened))
    }
    parts = disclosure.rough(groups, circle).parts
    return parts[NOTIFIED], parts[OPENED]

"""What needs somebody's attention: promos that do not do what they were made for.

Not started: due for longer than `PATIENCE`, and not activated. Late: activated more than a minute
after it was due, within a day. Failing: deliveries of a day that failed, or are being tried again.
Nobody: a promo that lives and told nobody. Low reach: one that told less than `LOW_SHARE` of those
whom it reached, in its segments and within its radius, of whom there were `ENOUGH`; the others had
opted out, or had had their notification of the day. Empty: one that starts within the hour and
would tell nobody now. Drafts: whose start is near, or has passed within a week.

The rules look at numbers as they may be shown (see `notify.disclosure`): what a merchant may not be
told, no warning says either. A few statements, and one for each of the few promos that start next,
whatever the number of promos.
"""

import time
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import BigInteger, bindparam, text
from sqlalchemy.dialects.postgresql import ARRAY

from flashpromo.db import session
from flashpromo.insight import costly, troubles
from flashpromo.insight.funnels import NARROW_KM, NOTIFIED, UNTOLD
from flashpromo.insight.troubles import NONE, Trouble
from flashpromo.notify import audiences, disclosure
from flashpromo.notify.audiences import AUDIENCE
from flashpromo.notify.disclosure import Group, Question
from flashpromo.promos.due import DUE_SINCE

PATIENCE: Final = timedelta(seconds=10)
LATE: Final = timedelta(seconds=60)
LOW_SHARE: Final = 0.2
ENOUGH: Final = 20
SOON_AT_MOST: Final = 5
CANDIDATES: Final = 500
EMPTY_FOR_SECONDS: Final = 60
LOOKING_SECONDS: Final = 0.05


class Kind(StrEnum):
    """Why a promo needs attention; the gravest first."""

    NOT_STARTED = "not_started"
    FAILING = "failing"
    NOBODY = "nobody"
    LATE = "late"
    EMPTY = "empty"
    DRAFT_PASSED = "draft_passed"
    DRAFT_NEAR = "draft_near"
    LOW_REACH = "low_reach"


@dataclass(frozen=True)
class Concern:
    """A promo that needs attention, and why; numbers as they may be shown.

    `late_seconds` is how long it has been due, or was when it started.
    """

    kind: Kind
    promo_id: int
    product_name: str
    store_name: str
    time_zone: str
    start_time: datetime
    late_seconds: float = 0
    notified: int = 0
    audience: int = 0
    failed: int | None = None


# The numbers decide here only whether a row is worth a look; the rules are below. What is open and
# what was activated lately is found by indexes of the runs: what is over costs nothing.
ROWS = text(f"""
WITH looked_at AS MATERIALIZED (
  SELECT promo_id FROM promo_run
  WHERE sold_out_at IS NULL AND cancelled_at IS NULL AND ended_at IS NULL
  UNION SELECT promo_id FROM promo_run WHERE activated_at >= :day_ago)
SELECT promo.id, product.name AS product_name, store.name AS store_name, store.time_zone,
  promo.start_time, promo.published, promo.max_distance_km, promo.segment_ids, promo.updated_at,
  ST_Y(promo.location::geometry) AS latitude, ST_X(promo.location::geometry) AS longitude,
  run.activated_at, run.notified_count, run.audience_count,
  extract(epoch FROM coalesce(run.activated_at, :now) - due.since) AS late_seconds, live.lives
FROM looked_at JOIN promo ON promo.id = looked_at.promo_id
JOIN promo_run AS run ON run.promo_id = promo.id
JOIN product ON product.id = promo.product_id JOIN store ON store.id = product.store_id
CROSS JOIN LATERAL (SELECT promo.published AND promo.end_time > :now AND run.sold_out_at IS NULL
  AND run.cancelled_at IS NULL AND run.ended_at IS NULL AS lives) AS live
CROSS JOIN LATERAL (SELECT {DUE_SINCE} AS since) AS due
WHERE promo.deleted_at IS NULL
  AND (:store_ids IS NULL OR product.store_id = ANY(:store_ids))
  AND ((live.lives AND run.activated_at IS NULL AND run.paused_at IS NULL
        AND (due.since < :overdue OR promo.start_time BETWEEN :now AND :soon))
    OR (live.lives AND run.activated_at IS NOT NULL AND run.notified_count IS NOT NULL
        AND (promo.max_distance_km < :narrow
          OR coalesce(run.audience_count, 0) + 100 > run.notified_count * 5))
    OR (run.activated_at >= :day_ago
        AND (run.activated_at - due.since > :late OR promo.id = ANY(:troubled)))
    OR (NOT promo.published AND run.cancelled_at IS NULL AND run.sold_out_at IS NULL
        AND run.ended_at IS NULL AND promo.start_time BETWEEN :week_ago AND :tomorrow))
ORDER BY abs(extract(epoch FROM promo.start_time - :now)), promo.id LIMIT :limit
""").bindparams(  # noqa: S608 - constants of ours
    bindparam("store_ids", type_=ARRAY(BigInteger)), bindparam("troubled", type_=ARRAY(BigInteger))
)


def concerns(store_ids: Collection[int] | None, now: datetime, *, exact: bool) -> Sequence[Concern]:
    """The promos that need attention at `now`, the gravest first; of very many, those around now.

    Args:
        store_ids: of which stores; None for all.
        now: the time of the look.
        exact: for operators.
    """
    troubled = troubles.of_a_day(store_ids, now)
    values = _values(store_ids, now) | {"troubled": sorted(troubled)}
    rows = session().execute(ROWS, values).all()
    found = [_concern(row, troubled.get(row.id, NONE), now, exact=exact) for row in rows]
    known = [each for each in found if each is not None]
    grave = list(Kind).index
    return sorted([*known, *_empty(rows, now, exact=exact)], key=lambda each: grave(each.kind))


def _values(store_ids: Collection[int] | None, now: datetime) -> dict[str, Any]:
    day = timedelta(days=1)
    return {
        "store_ids": None if store_ids is None else list(store_ids),
        "now": now,
        "overdue": now - PATIENCE,
        "soon": now + timedelta(hours=1),
        "late": LATE,
        "day_ago": now - day,
        "tomorrow": now + day,
        "week_ago": now - 7 * day,
        "narrow": NARROW_KM,
        "limit": CANDIDATES,
    }


def _concern(row: Any, trouble: Trouble, now: datetime, *, exact: bool) -> Concern | None:
    """The gravest concern about a promo."""
    if row.activated_at is None:
        return _not_yet_active(row, now)
    told = _told(row, exact=exact)
    notified, audience = told[NOTIFIED], told[NOTIFIED] + told[UNTOLD]
    shown = {"notified": notified, "audience": audience}
    is_narrow = not exact and row.max_distance_km < NARROW_KM
    if trouble != NONE and notified > 0:
        return _of(Kind.FAILING, row, **shown, failed=None if is_narrow else trouble.failed)
    if row.lives and notified == 0:
        return _of(Kind.NOBODY, row, **shown)
    if row.late_seconds > LATE.total_seconds() and row.activated_at > now - timedelta(days=1):
        return _of(Kind.LATE, row, late_seconds=float(row.late_seconds), **shown)
    if row.lives and audience >= ENOUGH and notified < LOW_SHARE * audience:
        return _of(Kind.LOW_REACH, row, **shown)
    return None


def _not_yet_active(row: Any, now: datetime) -> Concern | None:
    if not row.published:
        return _of(Kind.DRAFT_NEAR if row.start_time > now else Kind.DRAFT_PASSED, row)
    if row.start_time > now:
        return None
    return _of(Kind.NOT_STARTED, row, late_seconds=float(row.late_seconds))


def _told(row: Any, *, exact: bool) -> Mapping[str, int]:
    """Whom the activation told, and whom it only reached, as the promo's funnel shows it."""
    notified = row.notified_count or 0
    counted = {NOTIFIED: notified, UNTOLD: (row.audience_count or notified) - notified}
    if exact:
        return counted
    guarded = (NOTIFIED, UNTOLD) if row.max_distance_km < NARROW_KM else (UNTOLD,)
    groups = {name: Group(counted[name], counted[name]) for name in guarded}
    return {**counted, **disclosure.rough(groups, _circle(row)).parts}


def _empty(rows: Sequence[Any], now: datetime, *, exact: bool) -> Sequence[Concern]:
    """Of the promos that start next, those that would tell nobody if they started now.

    Where it takes long to find that out, it is found out of one at a look, and remembered.
    """
    soon = [row for row in rows if row.published and row.start_time > now][:SOON_AT_MOST]
    enough = time.monotonic() + LOOKING_SECONDS
    return [
        _of(Kind.EMPTY, row)
        for row in soon
        if time.monotonic() < enough and not _would_tell(row, now, exact=exact)
    ]


def _would_tell(row: Any, now: datetime, *, exact: bool) -> bool:
    asked = _circle(row) if exact else _circle(row).coarse()

    def look() -> bool:
        found = audiences.first(asked, now)
        if exact or found.size >= audiences.surely_shown():
            return found.size > 0
        return disclosure.rough({AUDIENCE: found}, asked).parts[AUDIENCE] > 0

    key = f"soon:{row.id}:{row.updated_at.isoformat()}:{exact}"
    remembered = costly.counted(
        key, look, longest_seconds=EMPTY_FOR_SECONDS, noticeable_seconds=LOOKING_SECONDS / 10
    )
    return bool(remembered)


def _circle(row: Any) -> Question:
    return Question(row.latitude, row.longitude, row.max_distance_km, tuple(row.segment_ids))


def _of(kind: Kind, row: Any, **shown: Any) -> Concern:
    names = (row.product_name, row.store_name, row.time_zone, row.start_time)
    return Concern(kind, row.id, *names, **shown)

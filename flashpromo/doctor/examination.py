"""Making the checks, one after the other."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from redis.exceptions import RedisError
from sqlalchemy import text

from flashpromo import config
from flashpromo.db import session
from flashpromo.doctor import (
    checks_accounts,
    checks_copies,
    checks_deliveries,
    checks_notifications,
    checks_partitions,
    checks_promos,
    checks_purchases,
    checks_redis,
    checks_schedulers,
    checks_units,
)
from flashpromo.doctor.check import Check, Finding, RedisCheck, Row
from flashpromo.guarded_redis import connect
from flashpromo.notify.channels import registry
from flashpromo.operations import traces

ROWS: Final = 20

CHECKS: Final[Sequence[Check]] = (
    *checks_units.CHECKS,
    *checks_purchases.CHECKS,
    *checks_promos.CHECKS,
    *checks_copies.CHECKS,
    *checks_notifications.CHECKS,
    *checks_deliveries.CHECKS,
    *checks_partitions.CHECKS,
    *checks_accounts.CHECKS,
    *checks_schedulers.CHECKS,
)
REDIS_CHECKS: Final[Sequence[RedisCheck]] = checks_redis.CHECKS

BOUNDED = "WITH offending AS ({sql}) SELECT count(*) OVER () AS offending_rows, * FROM offending"


def examine(now: datetime, *, rows: int = ROWS) -> list[Finding]:
    """The broken promises only; warnings and checks that were skipped are not among them."""
    return [finding for finding in look(now, rows=rows) if finding.status == "violated"]


def look(now: datetime, *, rows: int = ROWS) -> Iterator[Finding]:
    """Make every check, in the caller's session; one finding each, whatever came of it.

    Args:
        now: the time of the rules.
        rows: how many offending rows each finding brings along at most.
    """
    values = _values(now)
    for check in CHECKS:
        yield _ask_the_database(check, values, rows)
    yield from _look_into_redis(now, rows)


def _values(now: datetime) -> dict[str, Any]:
    """The parameters of the checks: the time, and the settings that the rules depend on."""
    settings = config.current()
    return {
        "now": now,
        "live_limit": settings.max_live_reservations,
        "fix_life": timedelta(days=settings.max_location_age_days),
        "silence": timedelta(seconds=traces.SILENT_SECONDS),
        "channels": [channel.name for channel in registry.channels(settings)],
    }


def _ask_the_database(check: Check, values: Mapping[str, Any], rows: int) -> Finding:
    bounded = text(f"{BOUNDED.format(sql=check.sql)} LIMIT :rows")
    found = [dict(row) for row in session().execute(bounded, {**values, "rows": rows}).mappings()]
    count = found[0]["offending_rows"] if found else 0
    for row in found:
        del row["offending_rows"]
    return Finding(check.name, check.promise, count, found, check.is_warning)


def _look_into_redis(now: datetime, rows: int) -> Iterator[Finding]:
    """Skip all that is left once Redis did not answer: a hung one costs its time once."""
    redis, away = connect(config.current()), ""
    for check in REDIS_CHECKS:
        found: Sequence[Row] = []
        try:
            found = found if away else check.find(redis, now)
        except RedisError as error:
            away = f"Redis does not answer: {error}"
        yield Finding(
            check.name, check.promise, len(found), found[:rows], check.is_warning, skipped=away
        )
    redis.close()

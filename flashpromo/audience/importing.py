"""Import clients by the hundred thousand: checked row by row, written in a few statements.

The marketplace sends whom it knows under its own ids. Every good record becomes a new client or
changes a known one, every bad one is reported with its line and left out; and all of that in one
transaction of the door, so that a crash or an unreadable file leaves nothing behind.
"""

from collections.abc import Iterable

from sqlalchemy import select

from flashpromo import audit, cache, time_zones
from flashpromo.audience import import_merge, import_sign_ins, import_staging
from flashpromo.audience.import_rows import RowChecks
from flashpromo.audience.models import Segment
from flashpromo.bulk.source import Record
from flashpromo.bulk.staging import Report, Upserted
from flashpromo.db import app_now, session

STAGE = import_staging.STAGE


def import_clients(records: Iterable[Record], report: Report, *, every: bool = False) -> Upserted:
    """Write every good record, and tell by `report` what became of the lines, in their order.

    Args:
        records: numbered records, read as they are needed (see `bulk.source.records`).
        report: called at the end for each record that is left out, before the commit.
        every: call it for those that are in as well.

    Raises:
        UnreadableFile: from the records; the door rolls back.
        ChangedMeanwhile: another transaction took the same outside ids.
    """
    signing_in = import_staging.load(records, _checks())
    now = import_merge.match()
    if signing_in:
        import_sign_ins.merge(now)
    created, updated = import_merge.write(now)
    done = Upserted(created, updated, STAGE.rejected())
    if done.imported:
        audit.record("client.imported", "client", after=done._asdict())
    STAGE.report(report, every=every)
    STAGE.drop()
    if updated:
        # One stamp for the crowd: a stamp for each client would take longer than the import.
        cache.mark_stale(cache.TERMS)
    return done


def _checks() -> RowChecks:
    rows = session().execute(select(Segment.name, Segment.id).where(Segment.deleted_at.is_(None)))
    return RowChecks(app_now(), {row.name: row.id for row in rows}, time_zones.known())

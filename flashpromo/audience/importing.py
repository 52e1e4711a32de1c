"""Import clients by the hundred thousand: checked row by row, written in a few statements.

The marketplace sends whom it knows under its own ids. Every good record becomes a new client or
changes a known one, every bad one is reported with its line and left out; and all of that in one
transaction of the door, so that a crash or an unreadable file leaves nothing behind.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import select

from flashpromo import cache, time_zones
from flashpromo.audience import import_merge, import_sign_ins, import_staging
from flashpromo.audience.import_rows import Record, RowChecks
from flashpromo.audience.import_staging import Rejected, Report
from flashpromo.audience.models import Segment
from flashpromo.db import app_now, session


@dataclass(frozen=True)
class ImportSummary:
    """How many rows became new clients, changed known ones, or were left out."""

    created: int
    updated: int
    rejected: int

    @property
    def imported(self) -> int:
        """All rows that are in."""
        return self.created + self.updated


def import_clients(records: Iterable[Record], report: Report) -> ImportSummary:
    """Write every good record; hand every other one to `report`, by line within each check.

    Args:
        records: numbered records, read as they are needed (see `import_source.records`).
        report: called for each record that is left out.

    Raises:
        UnreadableFile: from the records; the door rolls back.
        ChangedMeanwhile: another transaction took the same outside ids.
    """
    rejected = 0

    def count_and_report(row: Rejected) -> None:
        nonlocal rejected
        rejected += 1
        report(row)

    signing_in = import_staging.load(records, _checks(), count_and_report)
    now = import_merge.match()
    if signing_in:
        import_sign_ins.merge(count_and_report, now)
    created, updated = import_merge.write(now)
    session().execute(import_staging.DROP)
    if updated:
        # One stamp for the crowd: a stamp for each client would take longer than the import.
        cache.mark_stale(cache.TERMS)
    return ImportSummary(created, updated, rejected)


def _checks() -> RowChecks:
    rows = session().execute(select(Segment.name, Segment.id).where(Segment.deleted_at.is_(None)))
    return RowChecks(app_now(), {row.name: row.id for row in rows}, time_zones.known())

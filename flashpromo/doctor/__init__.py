"""The doctor: every invariant of the rules, checked over the whole data.

The database's own constraints refuse most wrong rows one by one; the doctor looks at what lies
between rows, tables and Redis, and at the rest as if no constraint stood there. Each check is one
statement that selects the offending rows, so it sees one moment, needs no stop of the service, and
takes hash joins instead of loops at a million clients.

Where a term may have been edited since (a radius, a window), only what the record can prove is
demanded: a row written after the promo's last change was written under its present terms.
"""

from flashpromo.doctor.check import Check, Finding
from flashpromo.doctor.examination import CHECKS, examine, look

__all__ = ["CHECKS", "Check", "Finding", "examine", "look"]

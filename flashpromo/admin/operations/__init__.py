"""The operators' pages over the service itself: its queues, its health, and the log of changes."""

from collections.abc import Sequence

from flashpromo.admin.operations.audit_log import AuditLogPage
from flashpromo.admin.operations.health import HealthPage
from flashpromo.admin.operations.queues import QueuesPage
from flashpromo.admin.page import Page


def pages() -> Sequence[Page]:
    """One of each, in the order of the menu."""
    return (HealthPage(), QueuesPage(), AuditLogPage())

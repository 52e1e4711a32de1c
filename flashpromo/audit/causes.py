"""Which request is the cause of what happens to a promo later, by itself: its last change."""

from collections.abc import Collection

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import distinct_on

from flashpromo.audit.models import AuditEvent
from flashpromo.db import session


def of_promos(promo_ids: Collection[int]) -> dict[int, str]:
    """The id of the request that changed each of these promos last; without those of none."""
    found = session().execute(
        select(AuditEvent.subject_id, AuditEvent.request_id)
        .ext(distinct_on(AuditEvent.subject_id))
        .where(
            AuditEvent.subject_kind == "promo",
            AuditEvent.subject_id.in_([str(each) for each in promo_ids]),
            AuditEvent.request_id != "",
        )
        .order_by(AuditEvent.subject_id, AuditEvent.at.desc(), AuditEvent.id.desc())
    )
    return {int(row.subject_id or 0): row.request_id for row in found}

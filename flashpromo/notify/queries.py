"""Reading notifications."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import func, select

from flashpromo.db import session
from flashpromo.notify.models import Notification


def last_told(client_ids: Collection[int]) -> dict[int, datetime]:
    """The time of each client's newest notification; who has none is missing. One query."""
    rows = session().execute(
        select(Notification.client_id, func.max(Notification.created_at).label("told_at"))
        .where(Notification.client_id.in_(client_ids))
        .group_by(Notification.client_id)
    )
    return {row.client_id: row.told_at for row in rows}

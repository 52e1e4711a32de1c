"""Reads that a document needs from two domains at once, one query for a whole page."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import func, select

from flashpromo import db
from flashpromo.notify.models import Notification
from flashpromo.promos.models import Promo


def last_told(client_ids: Collection[int]) -> dict[int, datetime]:
    """The time of each client's newest notification; who has none is missing."""
    rows = db.session().execute(
        select(Notification.client_id, func.max(Notification.created_at).label("told_at"))
        .where(Notification.client_id.in_(client_ids))
        .group_by(Notification.client_id)
    )
    return {row.client_id: row.told_at for row in rows}


def promos(promo_ids: Collection[int]) -> dict[int, Promo]:
    """Promos with product, store and run; deleted ones too, for what was reserved of them."""
    query = select(Promo).where(Promo.id.in_(promo_ids))
    rows = db.session().scalars(query.execution_options(populate_existing=True))
    return {row.id: row for row in rows}

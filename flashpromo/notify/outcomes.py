"""What came of an activation: how many opened its notification, and what one client was told.

A wave's notifications are found by their common `created_at` (see `fan_out`); one client's by the
primary key.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, func, or_, select

from flashpromo.audience import reach
from flashpromo.audience.models import Client
from flashpromo.db import session
from flashpromo.notify.models import Delivery, Notification
from flashpromo.notify.slot import local_day


@dataclass(frozen=True)
class Notice:
    """One notification of a client, and its ways over the channels that can fail."""

    told: Notification
    deliveries: Sequence[Delivery]


def count_opened(promo_id: int, activated_at: datetime) -> int:
    """How many of those whom the activation told have opened the notification."""
    counted = session().scalar(
        select(func.count()).where(
            Notification.opened_at.is_not(None),
            Notification.created_at == activated_at,
            Notification.promo_id == promo_id,
            _around(activated_at),
        )
    )
    return counted or 0


def notices(client_id: int, promo_id: int, now: datetime) -> list[Notice]:
    """What the client was told by this promo, or by any promo on its present local day."""
    today = select(local_day(Client, reach.at(now))).where(Client.id == client_id)
    found = session().scalars(
        select(Notification)
        .where(
            Notification.client_id == client_id,
            or_(
                Notification.promo_id == promo_id,
                Notification.local_day == today.scalar_subquery(),
            ),
        )
        .order_by(Notification.local_day)
    )
    return [Notice(told, _deliveries(told)) for told in found.all()]


def _deliveries(told: Notification) -> Sequence[Delivery]:
    return (
        session()
        .scalars(
            select(Delivery)
            .where(
                Delivery.client_id == told.client_id,
                Delivery.local_day == told.local_day,
            )
            .order_by(Delivery.channel)
        )
        .all()
    )


def _around(moment: datetime) -> ColumnElement[bool]:
    """The local days that are somewhere at `moment`; bounds the partitions that are read."""
    day = moment.date()
    return Notification.local_day.between(day - timedelta(days=1), day + timedelta(days=1))

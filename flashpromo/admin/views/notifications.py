"""Who was told of what, and by which way. A client's and a day's are found by their key."""

from datetime import UTC, datetime, timedelta
from typing import Any

from flask_babel import lazy_gettext as _
from sqlalchemy import ColumnElement, false, select
from sqlalchemy.orm import InstrumentedAttribute

from flashpromo.admin import filters
from flashpromo.admin.columns import Column, Kind
from flashpromo.admin.model_view import ModelView
from flashpromo.admin.views.words import DELIVERIES
from flashpromo.db import session
from flashpromo.notify.models import Delivery, Notification
from flashpromo.promos.models import PromoRun


def _notified_of(promo_id: int) -> ColumnElement[bool]:
    """A wave writes its rows with the instant of its activation, by which an index finds them.

    That is asked beforehand: only a plan that knows the day leaves the other weeks alone.
    """
    run = select(PromoRun.activated_at).where(PromoRun.promo_id == promo_id)
    activated = session().scalar(run)
    if activated is None:
        return false()
    return (
        (Notification.promo_id == promo_id)
        & (Notification.created_at == activated)
        & _around(Notification.local_day, activated)
    )


def _around(day: InstrumentedAttribute[Any], activated: datetime) -> ColumnElement[bool]:
    """No place on earth has another day than its neighbours'."""
    there, one = activated.astimezone(UTC).date(), timedelta(days=1)
    return day.between(there - one, there + one)


class NotificationView(ModelView):
    """One for each client and local day, at most."""

    model, title, is_large = Notification, _("Notification"), True
    columns = (
        Column(
            "key", _("Client, day"), reckon=lambda row, _now: f"{row.client_id}, {row.local_day}"
        ),
        Column("client_id", _("Client id"), to="admin_client"),
        Column("promo_id", _("Promo id"), to="admin_promo"),
        Column("created_at", _("Notified"), Kind.MOMENT),
        Column("opened_at", _("Opened"), Kind.MOMENT),
        Column("distance_m", _("Metres"), Kind.NUMBER),
        Column("segment_id", _("Segment id"), to="admin_segment"),
    )
    more = (
        Column("local_day", _("Local day"), Kind.DAY),
        Column("located_at", _("Located"), Kind.MOMENT),
    )
    filters = (
        filters.number("client", _("Client id"), Notification.client_id),
        filters.on_day("day", _("Local day"), Notification.local_day),
        filters.given("promo", _("Promo id"), _notified_of),
    )


def _unsent_of(promo_id: int) -> ColumnElement[bool]:
    return (Delivery.promo_id == promo_id) & (Delivery.state == "pending")


def _failed_of(promo_id: int) -> ColumnElement[bool]:
    return (Delivery.promo_id == promo_id) & (Delivery.state == "failed")


class DeliveryView(ModelView):
    """The way of each notification over each channel."""

    model, title, is_large = Delivery, _("Delivery"), True
    columns = (
        Column(
            "key", _("Client, day"), reckon=lambda row, _now: f"{row.client_id}, {row.local_day}"
        ),
        Column("client_id", _("Client id"), to="admin_client"),
        Column("channel", _("Channel")),
        Column("promo_id", _("Promo id"), to="admin_promo"),
        Column("state", _("State"), words=DELIVERIES),
        Column("attempts", _("Attempts"), Kind.NUMBER),
        Column("finished_at", _("Finished"), Kind.MOMENT),
    )
    more = (
        Column("local_day", _("Local day"), Kind.DAY),
        Column("next_attempt_at", _("Next attempt"), Kind.MOMENT),
        Column("reason", _("Reason")),
        Column("lease_token", _("Lease")),
    )
    filters = (
        filters.number("client", _("Client id"), Delivery.client_id),
        filters.on_day("day", _("Local day"), Delivery.local_day),
        filters.given("unsent", _("Pending, of promo id"), _unsent_of),
        filters.given("failed", _("Failed, of promo id"), _failed_of),
    )

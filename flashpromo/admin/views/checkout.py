"""Holds and sales: read-only, but that an operator may release a hold."""

from datetime import datetime

from flask_babel import lazy_gettext as _
from flask_babel import ngettext
from sqlalchemy import ColumnElement, select, tuple_

from flashpromo.admin import filters
from flashpromo.admin.columns import Column, Kind
from flashpromo.admin.model_view import ModelView
from flashpromo.admin.steps import Step
from flashpromo.admin.views.words import HOLDS
from flashpromo.checkout import giving_back
from flashpromo.checkout.models import Purchase, Reservation
from flashpromo.checkout.queries import ReservationState, state_at


def _is_held(row: Reservation, now: datetime) -> bool:
    return state_at(row, now) is ReservationState.HELD


def _bought_by(client_id: int) -> ColumnElement[bool]:
    """By the client's reservations, which have an index."""
    own = select(Reservation.promo_id, Reservation.reservation_id).where(
        Reservation.client_id == client_id, Reservation.completed_at.is_not(None)
    )
    return tuple_(Purchase.promo_id, Purchase.reservation_id).in_(own)


class ReservationView(ModelView):
    """One client's hold on one unit, each."""

    model, title, is_large, key = Reservation, _("Reservation"), True, ("id",)
    columns = (
        Column("id", _("Id")),
        Column("state", _("State"), words=HOLDS, reckon=state_at),
        Column("promo_id", _("Promo id"), to="admin_promo"),
        Column("client_id", _("Client id"), to="admin_client"),
        Column("unit_no", _("Unit"), Kind.NUMBER),
        Column("price", _("Price"), Kind.MONEY),
        Column("created_at", _("Held from"), Kind.MOMENT),
        Column("expires_at", _("Held until"), Kind.MOMENT),
    )
    more = (
        Column("completed_at", _("Bought"), Kind.MOMENT),
        Column("released_at", _("Released"), Kind.MOMENT),
        Column("release_reason", _("Reason of the release")),
        Column("fence", _("Fence"), Kind.NUMBER),
        Column("reservation_id", _("Outside id")),
    )
    filters = (
        filters.number("id", _("Id"), Reservation.id),
        filters.number("promo", _("Promo id"), Reservation.promo_id),
        filters.number("client", _("Client id"), Reservation.client_id),
    )
    actions = (
        Step(
            "release",
            _("Release"),
            _("Release these holds?"),
            _(
                "The unit is free at once, and its holder cannot buy it by this hold any more. The "
                "client may hold one again."
            ),
            giving_back.free_unit,
            lambda n: ngettext("%(num)s hold is released.", "%(num)s holds are released.", n),
            "refresh",
            _is_held,
            is_dangerous=True,
        ),
    )


class PurchaseView(ModelView):
    """Units that were sold: each once."""

    model, title, is_large = Purchase, _("Purchase"), True
    columns = (
        Column("key", _("Promo, unit"), reckon=lambda row, _now: f"{row.promo_id}, {row.unit_no}"),
        Column("promo_id", _("Promo id"), to="admin_promo"),
        Column("client_id", _("Client id"), to="admin_client"),
        Column("price", _("Price"), Kind.MONEY),
        Column("purchased_at", _("Bought"), Kind.MOMENT),
    )
    more = (Column("reservation_id", _("Reservation")),)
    filters = (
        filters.number("promo", _("Promo id"), Purchase.promo_id),
        filters.given("client", _("Client id"), _bought_by),
    )

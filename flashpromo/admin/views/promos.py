"""Promos: their terms, what can be done with them, and what has happened to them."""

from typing import Any

from flask_babel import lazy_gettext as _
from sqlalchemy import ColumnElement, func, select

from flashpromo.admin import filters
from flashpromo.admin.columns import Column, Kind
from flashpromo.admin.model_view import ModelView
from flashpromo.admin.views.promo_steps import STEPS
from flashpromo.admin.views.words import STATES
from flashpromo.checkout.models import PromoTries
from flashpromo.market.models import Product
from flashpromo.promos import queries
from flashpromo.promos.models import Promo, PromoRun, PromoSegment, PromoUnit
from flashpromo.promos.states import State, state_at, state_is

PRICED = "product.store.currency"


def _in_state(state: str) -> ColumnElement[bool]:
    """By the rule that every other door asks."""
    found = select(Promo.id).join(PromoRun).where(state_is([State(state)], func.app_now()))
    return Promo.id.in_(found.correlate(None))


def _of_store(store_id: int) -> ColumnElement[bool]:
    return Promo.product_id.in_(select(Product.id).where(Product.store_id == store_id))


class PromoView(ModelView):
    """Promos; their terms are written in the merchants' console, which operators may use too."""

    model, title, actions = Promo, _("Promo"), STEPS
    list_template, details_template = "admin/promos.html", "admin/promo.html"
    columns = (
        Column("id", _("Id"), order=Promo.id),
        Column("state", _("State"), Kind.STATE, words=STATES, reckon=state_at),
        Column("product.name", _("Product")),
        Column("product.store.name", _("Store")),
        Column("promo_price", _("Price"), Kind.MONEY, currency=PRICED, order=Promo.promo_price),
        Column("start_time", _("Start"), Kind.MOMENT, order=Promo.start_time),
        Column("end_time", _("End"), Kind.MOMENT, order=Promo.end_time),
        Column("quantity", _("Units"), Kind.NUMBER, order=Promo.quantity),
        Column("run.notified_count", _("Notified"), Kind.NUMBER),
    )
    more = (
        Column("product_id", _("Product id"), to="admin_product"),
        Column("product.store_id", _("Store id"), to="admin_store"),
        Column("regular_price", _("Regular price"), Kind.MONEY, currency=PRICED),
        Column("max_distance_km", _("Radius, km"), Kind.NUMBER),
        Column("segment_ids", _("Segment ids"), Kind.LIST),
        Column("published", _("Published"), Kind.YES_NO),
        Column("run.activated_at", _("Activated"), Kind.MOMENT),
        Column("run.notified_at", _("All were notified"), Kind.MOMENT),
        Column("run.audience_count", _("Audience"), Kind.NUMBER),
        Column("run.paused_at", _("Paused"), Kind.MOMENT),
        Column("run.sold_out_at", _("Sold out"), Kind.MOMENT),
        Column("run.cancelled_at", _("Cancelled"), Kind.MOMENT),
        Column("run.ended_at", _("Ended"), Kind.MOMENT),
        Column("created_at", _("Created"), Kind.MOMENT),
        Column("updated_at", _("Changed"), Kind.MOMENT),
        Column("deleted_at", _("Deleted"), Kind.MOMENT),
    )
    filters = (
        filters.number("id", _("Id"), Promo.id),
        filters.choice("state", _("State"), _in_state, list(STATES.items())),
        filters.given("store", _("Store id"), _of_store),
        filters.number("product", _("Product id"), Promo.product_id),
        filters.holding("segment", _("Segment id"), Promo.segment_ids),
        filters.since("starts_from", _("Starts from"), Promo.start_time),
        filters.until("starts_until", _("Starts until"), Promo.start_time),
        filters.yes_no("deleted", _("Deleted"), Promo.deleted_at.is_not(None)),
    )

    def place_of(self, row: Any) -> tuple[float, float]:
        """Where its store stood when it was written."""
        return queries.place_of(row.id)


class PromoRunView(ModelView):
    """What has happened to promos, as it was written down."""

    model, title = PromoRun, _("Run of promo")
    columns = (
        Column("promo_id", _("Promo id"), order=PromoRun.promo_id),
        Column("activated_at", _("Activated"), Kind.MOMENT, order=PromoRun.activated_at),
        Column("notified_count", _("Notified"), Kind.NUMBER, order=PromoRun.notified_count),
        Column("audience_count", _("Audience"), Kind.NUMBER, order=PromoRun.audience_count),
        Column("sold_out_at", _("Sold out"), Kind.MOMENT, order=PromoRun.sold_out_at),
        Column("ended_at", _("Ended"), Kind.MOMENT, order=PromoRun.ended_at),
    )
    more = (
        Column("promo_id", _("Promo"), to="admin_promo"),
        Column("notified_at", _("All were notified"), Kind.MOMENT),
        Column("paused_at", _("Paused"), Kind.MOMENT),
        Column("cancelled_at", _("Cancelled"), Kind.MOMENT),
    )
    filters = (
        filters.number("promo", _("Promo id"), PromoRun.promo_id),
        filters.yes_no("activated", _("Activated"), PromoRun.activated_at.is_not(None)),
        filters.yes_no("cancelled", _("Cancelled"), PromoRun.cancelled_at.is_not(None)),
        filters.since("activated_from", _("Activated from"), PromoRun.activated_at),
        filters.until("activated_until", _("Activated until"), PromoRun.activated_at),
    )


class PromoUnitView(ModelView):
    """The sellable pieces: who holds which, and what is sold."""

    model, title, is_large, newest_first = PromoUnit, _("Unit"), True, False
    columns = (
        Column("key", _("Promo, unit"), reckon=lambda row, _now: f"{row.promo_id}, {row.unit_no}"),
        Column("promo_id", _("Promo id"), to="admin_promo"),
        Column("held_by", _("Client id"), to="admin_client"),
        Column("held_until", _("Held until"), Kind.MOMENT),
        Column("sold_at", _("Sold"), Kind.MOMENT),
        Column("closed", _("Closed"), Kind.YES_NO),
    )
    more = (
        Column("fence", _("Holds so far"), Kind.NUMBER),
        Column("reservation_id", _("Reservation")),
    )
    filters = (filters.number("promo", _("Promo id"), PromoUnit.promo_id),)


class PromoSegmentView(ModelView):
    """Which segments a promo is offered to."""

    model, title = PromoSegment, _("Segment of promo")
    columns = (
        Column(
            "key", _("Promo, segment"), reckon=lambda row, _now: f"{row.promo_id}, {row.segment_id}"
        ),
        Column("promo_id", _("Promo id"), to="admin_promo", order=PromoSegment.promo_id),
        Column("segment_id", _("Segment id"), to="admin_segment", order=PromoSegment.segment_id),
    )
    filters = (
        filters.number("promo", _("Promo id"), PromoSegment.promo_id),
        filters.number("segment", _("Segment id"), PromoSegment.segment_id),
    )


class PromoTriesView(ModelView):
    """How often promos were tried while every unit was held."""

    model, title = PromoTries, _("Tries of promo")
    columns = (
        Column("promo_id", _("Promo id"), order=PromoTries.promo_id),
        Column("tried", _("Tried while held"), Kind.NUMBER, order=PromoTries.tried),
        Column("epoch", _("Life of the counter")),
    )
    more = (Column("promo_id", _("Promo"), to="admin_promo"),)
    filters = (filters.number("promo", _("Promo id"), PromoTries.promo_id),)

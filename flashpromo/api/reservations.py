"""/api/promotions/promo-reservations/: clients only, each its own."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from flask import Response, url_for

from flashpromo.accounts.permissions import Permission
from flashpromo.api import again, etags, guard, once, paging, promo_documents
from flashpromo.api.blueprints import resource
from flashpromo.api.refusals import refuses
from flashpromo.api.shapes.promos import PromoOut, ReservationIn, ReservationOut, ReservationPage
from flashpromo.api.shapes.queries import ReservationFields, ReservationQuery
from flashpromo.checkout import hold, queries, settle
from flashpromo.checkout.errors import (
    AllHeld,
    AlreadyHeld,
    CoolDown,
    NotEligible,
    ReservationCompleted,
    ReservationExpired,
    ReservationLimit,
    SoldOut,
)
from flashpromo.checkout.models import Reservation
from flashpromo.db import app_now
from flashpromo.errors import NotFound
from flashpromo.promos.errors import PromoNotRunning

blueprint = resource("reservations", "/promotions/promo-reservations", tag="Promotions")


@blueprint.get("/")
@guard.allow(Permission.RESERVATIONS_READ)
@blueprint.input(ReservationQuery, location="query", arg_name="query")
@blueprint.output(ReservationPage)
def list_reservations(query: ReservationQuery) -> dict[str, Any] | Response:
    """List the asking client's reservations, newest first."""
    count, found = queries.page(
        guard.client_id(), state=query.state, promo_id=query.promo, **query.window
    )
    return paging.listed(query, count, _shown(found))


@blueprint.post("/")
@guard.allow(Permission.RESERVATIONS_WRITE)
@refuses(NotFound, NotEligible, PromoNotRunning, AlreadyHeld, SoldOut, ReservationLimit, CoolDown)
@blueprint.input(ReservationIn, arg_name="body")
@once.per_key
@blueprint.output(ReservationOut, status_code=201)
@etags.tagged
@again.repeatable
def reserve(body: ReservationIn) -> tuple[ReservationOut, int, dict[str, str]]:
    """Hold one unit of a promo for a minute."""
    client_id = guard.client_id()
    try:
        held = hold.take(client_id, body.promo_id)
    except AllHeld:
        again.promise(lambda: hold.is_refused(client_id, body.promo_id))
        raise
    promo = PromoOut.of_promo(held.offer.promo, held.offer.segments, held.at)
    location = url_for(".get_reservation", key=held.reservation.id)
    document = ReservationOut.of_reservation(held.reservation, promo, held.at)
    return document, 201, {"Location": location}


@blueprint.get("/<reservation:key>/")
@guard.allow(Permission.RESERVATIONS_READ)
@blueprint.input(ReservationFields, location="query", arg_name="fields")
@blueprint.output(ReservationOut)
@etags.tagged
def get_reservation(key: int | UUID) -> ReservationOut:
    """Show one of the asking client's reservations, by its id or reservation_id."""
    return _shown([queries.get(guard.client_id(), key)])[0]


@blueprint.post("/<reservation:key>/complete/")
@guard.allow(Permission.RESERVATIONS_WRITE)
@refuses(ReservationExpired)
@once.per_key
@blueprint.output(ReservationOut)
@etags.tagged
def complete(key: int | UUID) -> ReservationOut:
    """Buy what is held; repeating it gives the same answer."""
    sold = settle.complete(guard.client_id(), key)
    return _shown([sold])[0]


@blueprint.post("/<reservation:key>/release/")
@guard.allow(Permission.RESERVATIONS_WRITE)
@refuses(ReservationExpired, ReservationCompleted)
@once.per_key
@blueprint.output(ReservationOut)
@etags.tagged
def release(key: int | UUID) -> ReservationOut:
    """Give a held unit back; repeating it gives the same answer."""
    freed = settle.release(guard.client_id(), key)
    return _shown([freed])[0]


def _shown(found: Sequence[Reservation]) -> list[ReservationOut]:
    now = app_now()
    documents = promo_documents.by_id({each.promo_id for each in found}, now)
    return [ReservationOut.of_reservation(each, documents[each.promo_id], now) for each in found]

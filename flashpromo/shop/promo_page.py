"""/shop/promos/<id>/: one promo for one client: take it, or read why not."""

from typing import Any

from flask import redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from flashpromo.checkout import eligibility, hold
from flashpromo.checkout import queries as checkout
from flashpromo.checkout.errors import AlreadyHeld
from flashpromo.checkout.queries import ReservationState
from flashpromo.db import app_now, transaction
from flashpromo.errors import DomainError, NotFound
from flashpromo.promos import queries
from flashpromo.promos.models import Promo
from flashpromo.promos.states import State
from flashpromo.shop import access, offers, words
from flashpromo.shop.blueprints import PREFIX, shop_pages

blueprint = shop_pages("promo")


@blueprint.get(f"{PREFIX}/promos/<int:promo_id>/")
def show(promo_id: int) -> str:
    """Show the whole page."""
    return page(promo_id)


@blueprint.get(f"{PREFIX}/promos/<int:promo_id>/now/")
def now(promo_id: int) -> str:
    """Show the part that changes by itself."""
    return render_template("shop/promo_now.html", **_now(promo_id))


@blueprint.post(f"{PREFIX}/promos/<int:promo_id>/reserve/")
def reserve(promo_id: int) -> ResponseReturnValue:
    """Hold a unit for a minute; who holds one already is shown it."""
    try:
        with transaction():
            hold.hold(access.client_id(), promo_id)
    except NotFound:
        raise
    except DomainError as error:
        if not (isinstance(error, AlreadyHeld) and error.extra.get("held_by_you")):
            return page(promo_id, error), error.status, dict(error.headers)
    return redirect(url_for(".show", promo_id=promo_id), 303)


def page(promo_id: int, refusal: DomainError | None = None) -> str:
    """The page of a promo as it is now, with what was refused above it."""
    return render_template(
        "shop/promo.html", problem=words.of(refusal) if refusal else "", **_now(promo_id)
    )


def _now(promo_id: int) -> dict[str, Any]:
    moment, client_id = app_now(), access.client_id()
    promo = queries.get(promo_id, queries.SHOPPER, moment)
    (offer,) = offers.of(client_id, [promo], moment)
    _, bought = checkout.page(
        client_id, state=ReservationState.COMPLETED, promo_id=promo_id, limit=1
    )
    return {
        "now": moment,
        "offer": offer,
        "why_not": _why_not(promo, offer, client_id),
        "bought": bought[0] if bought else None,
        "renew_at": offers.renew_at([offer], moment),
    }


def _why_not(promo: Promo, offer: offers.Offer, client_id: int) -> list[str]:
    """Every reason for which a running promo does not reach the client."""
    if offer.state is not State.RUNNING or offer.held is not None:
        return []
    found = eligibility.look(client_id, promo.id, app_now())
    return [words.why_not(reason) for reason in found.failing]

"""/shop/reservations/: what a client holds and has bought; buying and giving back."""

from collections.abc import Callable
from uuid import UUID

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from flashpromo.checkout import queries, settle
from flashpromo.checkout.models import Reservation
from flashpromo.db import app_now, transaction
from flashpromo.entrance.asked import page_number
from flashpromo.entrance.pager import Pager
from flashpromo.errors import DomainError, NotFound
from flashpromo.promos import queries as promos
from flashpromo.shop import access, promo_page, words
from flashpromo.shop.blueprints import PREFIX, shop_pages

blueprint = shop_pages("reservations")


@blueprint.get(f"{PREFIX}/reservations/")
def index() -> str:
    """Show everything that the client has ever held, newest first."""
    pager, moment = Pager(page_number()), app_now()
    count, found = queries.page(access.client_id(), limit=pager.size, offset=pager.offset)
    return render_template(
        "shop/reservations.html",
        now=moment,
        reservations=[(each, queries.state_at(each, moment)) for each in found],
        promos=promos.by_id({each.promo_id for each in found}),
        pager=pager.of(count),
    )


@blueprint.post(f"{PREFIX}/reservations/<reservation:key>/complete/")
def complete(key: int | UUID) -> ResponseReturnValue:
    """Buy what is held; repeating it is no error."""
    return _end(settle.complete, key, _("It is yours: fetch it at the store."))


@blueprint.post(f"{PREFIX}/reservations/<reservation:key>/release/")
def release(key: int | UUID) -> ResponseReturnValue:
    """Give back what is held."""
    return _end(settle.release, key, _("You have given it back: it is free for others."))


def _end(
    step: Callable[[int, int | UUID], Reservation], key: int | UUID, done: str
) -> ResponseReturnValue:
    client_id = access.client_id()
    promo_id = queries.get(client_id, key).promo_id
    try:
        with transaction():
            step(client_id, key)
    except NotFound:
        raise
    except DomainError as error:
        return _refused(promo_id, error), error.status
    flash(done)
    if _is_shown(promo_id):
        return redirect(url_for("shop_promo.show", promo_id=promo_id), 303)
    return redirect(url_for(".index"), 303)


def _refused(promo_id: int, error: DomainError) -> str:
    """On the page of the promo, or on the list if shoppers do not see the promo any more."""
    if _is_shown(promo_id):
        return promo_page.page(promo_id, error)
    flash(words.of(error), "error")
    return index()


def _is_shown(promo_id: int) -> bool:
    try:
        promos.get(promo_id, promos.SHOPPER, app_now())
    except NotFound:
        return False
    return True

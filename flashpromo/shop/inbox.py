"""/shop/inbox/: what a client was told, and what it has read of it."""

from datetime import date

from flask import redirect, render_template, url_for
from werkzeug.wrappers import Response

from flashpromo.db import app_now, transaction
from flashpromo.entrance.asked import page_number
from flashpromo.entrance.pager import Pager
from flashpromo.notify import inbox
from flashpromo.promos import queries
from flashpromo.promos.states import state_at
from flashpromo.shop import access
from flashpromo.shop.blueprints import PREFIX, shop_pages

blueprint = shop_pages("inbox")


@blueprint.get(f"{PREFIX}/inbox/")
def index() -> str:
    """Show the messages, newest first."""
    pager, moment = Pager(page_number()), app_now()
    counted = inbox.count(access.client_id())
    found = inbox.page(access.client_id(), limit=pager.size, offset=pager.offset)
    promos = queries.by_id({each.promo_id for each in found})
    return render_template(
        "shop/inbox.html",
        now=moment,
        told=found,
        promos=promos,
        states={each.id: state_at(each, moment) for each in promos.values()},
        unread=counted.unread,
        pager=pager.of(counted.total),
    )


@blueprint.post(f"{PREFIX}/inbox/<day:day>/read/")
def read(day: date) -> Response:
    """Note that it was read, and lead on to its promo."""
    with transaction():
        told = inbox.read(access.client_id(), day)
    return redirect(url_for("shop_promo.show", promo_id=told.promo_id), 303)


@blueprint.post(f"{PREFIX}/inbox/read/")
def read_all() -> Response:
    """Note that all were read."""
    with transaction():
        inbox.read_all(access.client_id())
    return redirect(url_for(".index"), 303)

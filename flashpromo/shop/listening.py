"""/shop/ticket/ and /shop/unread/: what a page needs to be told, and the number beside the bell."""

from flask import render_template
from flask.typing import ResponseReturnValue

from flashpromo import config
from flashpromo.news.tickets import Tickets
from flashpromo.operations import live
from flashpromo.shop import access
from flashpromo.shop.blueprints import PREFIX, shop_pages

blueprint = shop_pages("listening")


@blueprint.get(f"{PREFIX}/ticket/")
def ticket() -> ResponseReturnValue:
    """A ticket that opens a stream of the live process for this client; none where none listens."""
    if not live.processes():
        return "", 204  # there is nobody to show it to
    settings = config.current()
    tickets = Tickets(settings.secret_key, settings.live_ticket_seconds)
    return {"ticket": tickets.issue(access.client_id())}


@blueprint.get(f"{PREFIX}/unread/")
def unread() -> str:
    """How many messages are unread, as the header shows it."""
    return render_template("shop/unread.html")

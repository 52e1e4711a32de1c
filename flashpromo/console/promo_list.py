"""/console/promos/: all promos, by state, searched, ordered, a page at a time."""

from typing import Final

from flask import render_template, request

from flashpromo import config
from flashpromo.console import access
from flashpromo.console.blueprints import PREFIX, console_pages
from flashpromo.db import app_now
from flashpromo.entrance.asked import identifier, instant, midnight, page_number, words
from flashpromo.entrance.pager import Pager, here
from flashpromo.promos import listing, stock
from flashpromo.promos.listing import NEWEST_FIRST, ORDERS, Wanted
from flashpromo.promos.states import State, state_at
from flashpromo.promos.steps import EDITABLE, POSSIBLE

blueprint = console_pages("promos")

SHOWN_ORDERS: Final = frozenset({"start_time", "end_time", "promo_price"})


@blueprint.get(f"{PREFIX}/promos/")
def index() -> str:
    """Show the page that the address asks for."""
    now, sight, wanted, order = app_now(), access.sight(), _wanted(), _order()
    pager = Pager(page_number())
    count, promos = listing.page(sight, now, wanted, order=order, **pager.window)
    return render_template(
        "console/promos.html",
        now=now,
        promos=promos,
        states={each.id: state_at(each, now) for each in promos},
        steps=POSSIBLE,
        editable=EDITABLE,
        stock=stock.of([each.id for each in promos], now),
        counts=listing.counts(sight, now, wanted),
        pager=pager.of(count),
        asked=request.args,
        wanted=wanted,
        order=order,
        here=here,
        store=access.store(),
        is_narrowed=any(
            request.args.get(name) for name in ("q", "from", "before", "state", "product", "made")
        ),
    )


def _wanted() -> Wanted:
    """Which promos; a day is one of the store's calendar, or of the marketplace's."""
    store = access.store()
    zone = store.time_zone if store else config.current().marketplace_time_zone
    state = request.args.get("state")
    return Wanted(
        states=frozenset({State(state)}) if state in set(State) else frozenset(),
        product_id=identifier("product"),
        created_at=instant("made"),
        starts_after=midnight("from", zone),
        starts_before=midnight("before", zone),
        words=words() or None,
    )


def _order() -> str:
    asked = request.args.get("sort", "")
    return asked if asked in ORDERS and asked.removeprefix("-") in SHOWN_ORDERS else NEWEST_FIRST

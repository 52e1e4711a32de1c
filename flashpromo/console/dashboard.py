"""/console/: what needs attention, what today has brought, what runs now, and what starts next.

Kept up to date while somebody looks.
"""

from typing import Any, Final

from flask import render_template

from flashpromo import config
from flashpromo.accounts.permissions import Kind
from flashpromo.console import access
from flashpromo.console.blueprints import PREFIX, console_pages
from flashpromo.db import app_now
from flashpromo.insight import attention, today
from flashpromo.promos import listing, stock
from flashpromo.promos.listing import Wanted
from flashpromo.promos.states import LIVE, State

blueprint = console_pages("dashboard")

COUNTED: Final = (*LIVE, State.DRAFT)
MOST_RUNNING: Final = 12
MOST_NEXT: Final = 6
MOST_CONCERNS: Final = 8


@blueprint.get(f"{PREFIX}/")
def index() -> str:
    """Show the whole page."""
    return render_template("console/dashboard.html", **_now())


@blueprint.get(f"{PREFIX}/now/")
def now() -> str:
    """Show the part that changes by itself: the page asks for it every few seconds."""
    return render_template("console/dashboard_now.html", **_now())


def _now() -> dict[str, Any]:
    moment, sight = app_now(), access.sight()
    counts = listing.counts(sight, moment, Wanted(), COUNTED)
    running = listing.first(
        sight, moment, Wanted({State.RUNNING}), order="end_time", limit=MOST_RUNNING
    )
    coming = listing.first(
        sight, moment, Wanted({State.SCHEDULED}), order="start_time", limit=MOST_NEXT
    )
    store, exactly = access.store(), access.principal().kind is Kind.OPERATOR
    zone = store.time_zone if store else config.current().marketplace_time_zone
    concerns = attention.concerns(sight.store_ids, moment, exact=exactly)
    return {
        "now": moment,
        "counts": counts,
        "running": running,
        "coming": coming,
        "stock": stock.of([each.id for each in running], moment),
        "store": store,
        "zone": zone,
        "today": today.today(sight.store_ids, zone, moment, exact=exactly),
        "concerns": concerns[:MOST_CONCERNS],
        "more_concerns": len(concerns) - MOST_CONCERNS,
        "may_see_any": access.scope() != frozenset(),
    }

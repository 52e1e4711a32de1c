"""/shop/: what a client may take now, the nearest first; and what it holds at this moment."""

from datetime import datetime
from typing import Any, Final

from flask import render_template

from flashpromo.audience import fixes
from flashpromo.db import app_now
from flashpromo.promos import queries, reaching
from flashpromo.shop import access, offers, words
from flashpromo.shop.blueprints import PREFIX, shop_pages

blueprint = shop_pages("near")

MOST: Final = 50
"""So many of the nearest are shown; of more nobody looks at each on a phone."""


@blueprint.get(f"{PREFIX}/")
def index() -> str:
    """Show the whole page."""
    return render_template("shop/near.html", **_now())


@blueprint.get(f"{PREFIX}/now/")
def now() -> str:
    """Show the part that changes: the page asks for it when it is told to, and now and then."""
    return render_template("shop/near_now.html", **_now())


def _now() -> dict[str, Any]:
    moment, client_id = app_now(), access.client_id()
    found = reaching.promos(client_id, moment)
    near = offers.of(client_id, found[:MOST], moment)
    away = offers.holds(client_id).keys() - {each.promo.id for each in near}
    held = offers.of(client_id, list(queries.by_id(away).values()), moment) if away else []
    return {
        "now": moment,
        **_place(client_id, moment),
        "held": [*held, *(each for each in near if each.held)],
        "near": near,
        "more": len(found) - len(near),
        "renew_at": offers.renew_at([*held, *near], moment),
    }


def _place(client_id: int, moment: datetime) -> dict[str, Any]:
    found = fixes.locate(client_id, moment)
    refused = words.doubt(found.refused_as) if found.refused_as else ""
    return {"location": found, "refused": refused}

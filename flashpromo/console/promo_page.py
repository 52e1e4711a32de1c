"""/console/promos/<id>/: one promo, its terms and what may be done with it."""

from typing import Any

from flask import render_template

from flashpromo.console import access
from flashpromo.console.blueprints import PREFIX, console_pages
from flashpromo.db import app_now
from flashpromo.errors import DomainError
from flashpromo.promos import queries, stock
from flashpromo.promos.models import Promo
from flashpromo.promos.queries import Sight
from flashpromo.promos.states import state_at
from flashpromo.promos.steps import POSSIBLE

blueprint = console_pages("promo_page")


@blueprint.get(f"{PREFIX}/promos/<int:promo_id>/")
def show(promo_id: int) -> str:
    """Show the whole page."""
    return page(promo_id)


def page(promo_id: int, refusal: DomainError | None = None) -> str:
    """The page of a promo as it is now, with what was refused above it."""
    return render_template("console/promo.html", refusal=refusal, **_now(promo_id))


def find(promo_id: int) -> Promo:
    """The promo, of whichever of one's own stores; raises `NotFound` for any other."""
    return queries.get(promo_id, Sight(store_ids=access.scope()), app_now())


def _now(promo_id: int) -> dict[str, Any]:
    promo, now = find(promo_id), app_now()
    state = state_at(promo, now)
    return {
        "now": now,
        "promo": promo,
        "state": state,
        "steps": POSSIBLE[state],
        "units": stock.of([promo.id], now).get(promo.id, stock.NOTHING),
    }

"""/console/promos/<id>/: one promo: its terms, what comes of it, its units, and its life so far."""

from typing import Any

from flask import render_template

from flashpromo import insight
from flashpromo.accounts.permissions import Kind
from flashpromo.audience import segments
from flashpromo.console import access
from flashpromo.console.blueprints import PREFIX, console_pages
from flashpromo.db import app_now
from flashpromo.errors import DomainError
from flashpromo.insight import promise, timelines
from flashpromo.promos import queries, stock, unit_rows
from flashpromo.promos.models import Promo
from flashpromo.promos.queries import Sight
from flashpromo.promos.states import LIVE, state_at
from flashpromo.promos.steps import EDITABLE, POSSIBLE

blueprint = console_pages("promo_page")


@blueprint.get(f"{PREFIX}/promos/<int:promo_id>/")
def show(promo_id: int) -> str:
    """Show the whole page."""
    return page(promo_id)


@blueprint.get(f"{PREFIX}/promos/<int:promo_id>/now/")
def now(promo_id: int) -> str:
    """Show the parts that change by themselves: the page asks for them every few seconds."""
    return render_template("console/promo_now.html", is_renewed=True, **_now(find(promo_id)))


def page(promo_id: int, refusal: DomainError | None = None) -> str:
    """The page of a promo as it is now, with what was refused above it."""
    promo = find(promo_id)
    latitude, longitude = queries.place_of(promo.id)
    return render_template(
        "console/promo.html",
        refusal=refusal,
        overlapping=overlapping(refusal.extra.get("promo_ids", ()) if refusal else ()),
        segments=segments.by_id(promo.segment_ids).values(),
        latitude=latitude,
        longitude=longitude,
        is_renewed=False,
        **_now(promo),
    )


def find(promo_id: int) -> Promo:
    """The promo, of whichever of one's own stores; raises `NotFound` for any other."""
    return queries.get(promo_id, Sight(store_ids=access.scope()), app_now())


def overlapping(promo_ids: Any) -> list[Promo]:
    """These promos of the same product, for links to them; they are of the same store too."""
    return list(queries.by_id(promo_ids).values()) if promo_ids else []


def exactly() -> bool:
    """Operators may see clients; for all others nobody must be found by counting."""
    return access.principal().kind is Kind.OPERATOR


def _now(promo: Promo) -> dict[str, Any]:
    moment = app_now()
    state = state_at(promo, moment)
    funnel = insight.funnel(promo, moment, exact=exactly())
    units = unit_rows.one_by_one(promo.id, moment)
    return {
        "now": moment,
        "promo": promo,
        "zone": promo.product.store.time_zone,
        "currency": promo.product.store.currency,
        "state": state,
        "is_live": state in LIVE or funnel.holds.held > 0,
        "is_editable": state in EDITABLE,
        "steps": POSSIBLE[state],
        "funnel": funnel,
        "told": promise.told(promo) if _may_see_pace(funnel) else [],
        "units": units,
        "stock": stock.of([promo.id], moment).get(promo.id, stock.NOTHING),
        "expiries": unit_rows.next_expiries(promo.id, moment) if units is None else [],
        "timeline": timelines.timeline(promo, moment, funnel.notified, exact=exactly()),
    }


def _may_see_pace(funnel: insight.Funnel) -> bool:
    """That somebody was told at all is a number too: where it reads none, nothing is told of it."""
    return funnel.notified > 0

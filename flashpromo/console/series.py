"""/console/promos/series/new/: promos that recur, shown one by one before any of them is made.

What is made is exactly what was shown: when a window is over meanwhile, somebody has taken one, or
the form says something else, the merchant sees the promos again with what is different.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any, Final

from babel.lists import format_list
from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from flashpromo import formats
from flashpromo.console import access
from flashpromo.console.blueprints import PREFIX, console_pages
from flashpromo.console.promo_form import kept_typed
from flashpromo.console.series_form.plan import Plan
from flashpromo.console.series_form.rule import PRESETS
from flashpromo.console.series_page import SeriesPage, show, show_plan
from flashpromo.db import app_now, transaction
from flashpromo.entrance import language
from flashpromo.entrance.asked import identifier
from flashpromo.errors import Conflict, InvalidFields
from flashpromo.market import products
from flashpromo.promos import series
from flashpromo.promos.errors import PromoOverlaps
from flashpromo.promos.models import Promo
from flashpromo.promos.recurrence import Rule

blueprint = console_pages("series")

FIND, COUNT, DRAFTS, PUBLISH = "find", "count", "drafts", "publish"
MAKING: Final = frozenset({DRAFTS, PUBLISH})


class ShownOtherwise(Conflict):
    """What would be made is not what the merchant has seen."""

    code = "shown_otherwise"
    title = "This is not what was shown."


@blueprint.get(f"{PREFIX}/promos/series/new/")
def new() -> str:
    """Show an empty form; the address may name a product."""
    product_id = identifier("product")
    if product_id is not None:
        products.get(product_id, scope=access.scope())
    return show(SeriesPage.blank(str(product_id or "")))


@blueprint.post(f"{PREFIX}/promos/series/new/")
def create() -> ResponseReturnValue:
    """Show the promos, or make them as they were shown."""
    step = request.form.get("step", "")
    page = SeriesPage.sent(finding=step == FIND)
    if step == FIND:
        return show(page)
    if step == COUNT:
        return show(page.counted())
    if step in PRESETS:
        return show(page.on(step))
    if not page.is_whole:
        return show(page.checked()), InvalidFields.status
    if step in MAKING:
        return _make(page, publish=step == PUBLISH)
    page = page.planned()
    return show(page), 200 if page.plan else InvalidFields.status


@blueprint.post(f"{PREFIX}/promos/series/plan/")
def plan() -> str:
    """Show the promos of the form as it stands: the part of the page that follows it."""
    return show_plan(SeriesPage.sent().planned())


def _make(page: SeriesPage, *, publish: bool) -> ResponseReturnValue:
    try:
        with transaction():
            now = app_now()
            promos = series.create_all(*_as_shown(page, now), now, publish=publish)
    except InvalidFields as error:
        return show(page.refused(error.fields)), error.status
    except ShownOtherwise as error:
        again = page.planned()
        return show(replace(again, difference=_difference(again.plan))), error.status
    except PromoOverlaps as error:
        day = formats.date_of(date.fromisoformat(error.extra["day"]), language.here())
        said = _(
            "Nothing was made: a published promo of the product is in the way of %(day)s.", day=day
        )
        return show(replace(page.planned(), difference=said)), error.status
    return _made(promos, publish=publish)


def _as_shown(page: SeriesPage, now: datetime) -> tuple[Mapping[str, Any], Rule]:
    """The offer and the rule, if they still make what the merchant has seen.

    Raises:
        InvalidFields: they make nothing any more.
        ShownOtherwise: they make something else.
    """
    rule, product, offer = page.rule(), page.form.product, page.offer
    if rule is None or product is None or offer is None:
        raise ShownOtherwise
    if Plan.of(rule, product.id, offer, now).mark != request.form.get("shown"):
        raise ShownOtherwise
    return offer, rule


def _difference(plan: Plan | None) -> str:
    """Why the plan is not the one that the merchant has seen."""
    if plan is None:
        return ""
    sent = request.form
    gone = plan.gone_since(sent.get("shown", ""), sent.get("shown_at", ""))
    if not gone:
        said = _("Nothing was made: this is not what was shown before. Look at the promos again.")
        return str(said)
    days = [formats.date_of(each, language.here()) for each in gone]
    said = ngettext(
        "Nothing was made: the window of %(days)s is over meanwhile. Look at the promos again.",
        "Nothing was made: the windows of %(days)s are over meanwhile. Look at the promos again.",
        len(days),
        days=format_list(days, locale=language.here()),
    )
    return str(said)


def _made(promos: Sequence[Promo], *, publish: bool) -> ResponseReturnValue:
    """Lead to the list of exactly these."""
    count = formats.number(len(promos), language.here())
    if publish:
        said = ngettext(
            "One promo is published.", "%(count)s promos are published.", len(promos), count=count
        )
    else:
        said = ngettext(
            "One draft is saved.", "%(count)s drafts are saved.", len(promos), count=count
        )
    flash(said)
    made = promos[0].created_at.isoformat()
    led = redirect(url_for("console_promos.index", made=made, sort="start_time"), 303)
    return kept_typed.saved(led)

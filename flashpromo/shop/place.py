"""/shop/place/: where a client is, by its device or by its own hand; and how not to say it."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from flashpromo import config
from flashpromo.audience import fixes
from flashpromo.audience.fix_rules import LocationRefused
from flashpromo.db import app_now, transaction
from flashpromo.errors import DomainError, InvalidFields
from flashpromo.fields import exact_number
from flashpromo.shop import access, words
from flashpromo.shop.blueprints import PREFIX, shop_pages

blueprint = shop_pages("place")


@blueprint.get(f"{PREFIX}/place/")
def index() -> str:
    """Show what is known, and ask."""
    return _page()


@blueprint.post(f"{PREFIX}/place/")
def take() -> ResponseReturnValue:
    """Take what is said, if it is believed."""
    try:
        with transaction():
            doubt = fixes.take(
                access.client_id(),
                latitude=_number("latitude"),
                longitude=_number("longitude"),
                accuracy_m=_number("accuracy_m") if request.form.get("accuracy_m") else None,
            )
    except InvalidFields as error:
        return _page(error), error.status
    if doubt is not None:  # what follows of it is committed
        refused = LocationRefused(doubt)
        return _page(refused), refused.status
    flash(_("Your place is known: this is what is near you."))
    return redirect(url_for("shop_near.index"), 303)


@blueprint.post(f"{PREFIX}/place/withdraw/")
def withdraw() -> Response:
    """Let it be unknown."""
    with transaction():
        fixes.withdraw(access.client_id())
    flash(_("Your place is unknown now: no promo reaches you until you say it again."))
    return redirect(url_for(".index"), 303)


def _page(error: DomainError | None = None) -> str:
    now = app_now()
    return render_template(
        "shop/place.html",
        now=now,
        location=fixes.locate(access.client_id(), now),
        typed=request.form,
        days=config.current().max_location_age_days,
        **_wrong(error),
    )


def _wrong(error: DomainError | None) -> dict[str, Any]:
    """A place that there is not is wrong at its fields, one that is not believed as a whole."""
    if isinstance(error, InvalidFields):
        return {"errors": error.fields, "problem": _("Nothing is saved: look at the fields.")}
    return {"errors": {}, "problem": words.of(error) if error is not None else ""}


def _number(name: str) -> float:
    number = exact_number(request.form.get(name, "").strip())
    return float("nan") if number.is_nan() else float(number)

"""/console/promos/new/ and …/<id>/edit/: the terms of a promo, written and published."""

from collections.abc import Mapping
from typing import Any, Final

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from flashpromo.console import access, promo_merge, promo_page, seen
from flashpromo.console.blueprints import PREFIX, console_pages
from flashpromo.console.promo_editor_page import Editor, show, stored
from flashpromo.console.promo_form import counted, kept_typed, offer_page
from flashpromo.db import app_now, transaction
from flashpromo.errors import DomainError, InvalidFields, NotFound, PreconditionFailed
from flashpromo.market import products
from flashpromo.promos import lifecycle
from flashpromo.promos.errors import PromoFinished, PromoOverlaps
from flashpromo.promos.models import Promo
from flashpromo.promos.states import FINISHED, state_at
from flashpromo.promos.terms import Terms

blueprint = console_pages("promo_editor")

PUBLISH: Final = "publish"
LOOKS: Final = frozenset({"find", "count"})
"""Steps that only look: what was typed is shown again, with what was asked for."""


@blueprint.get(f"{PREFIX}/promos/new/")
def new() -> str:
    """Show an empty form; the address may name a product."""
    product_id = request.args.get("product", "")
    if product_id:
        product_id = str(_product_of_address(product_id))
    return show(Editor.blank(product_id))


@blueprint.post(f"{PREFIX}/promos/new/")
def create() -> ResponseReturnValue:
    """Make a draft, or publish it at once."""
    editor = Editor.sent()
    if (step := request.form.get("step", "")) in LOOKS:
        return _look(editor, step)
    if not editor.is_whole:
        return show(editor.checked()), 422
    try:
        with transaction():
            promo = lifecycle.create(Terms(**editor.values), publish=step == PUBLISH)
    except DomainError as refusal:
        return _refused(editor, refusal)
    return _saved(promo)


@blueprint.get(f"{PREFIX}/promos/<int:promo_id>/edit/")
def edit(promo_id: int) -> str:
    """Show the terms of a promo; raises `PromoFinished` when they are history."""
    promo = promo_page.find(promo_id)
    if state_at(promo, app_now()) in FINISHED:
        raise PromoFinished
    return show(Editor.of(promo))


@blueprint.post(f"{PREFIX}/promos/<int:promo_id>/edit/")
def change(promo_id: int) -> ResponseReturnValue:
    """Change what was touched, and publish if asked to, unless somebody else was faster."""
    promo = promo_page.find(promo_id)
    editor, was_published = Editor.sent(promo), promo.published
    if (step := request.form.get("step", "")) in LOOKS:
        return _look(editor, step)
    try:
        version = seen.demand(promo)
        if not editor.is_whole:
            return show(editor.checked()), 422
        with transaction():
            changed = lifecycle.change(
                promo_id, _changes(editor, promo), is_active=_is_active(step), seen=version
            )
    except PreconditionFailed as refusal:
        return _met(promo_id, editor), refusal.status
    except NotFound:
        raise
    except DomainError as refusal:
        return _refused(editor, refusal)
    return _saved(changed, was_published=was_published)


@blueprint.post(f"{PREFIX}/promos/audience/")
def audience() -> str:
    """Count the clients of the form as it stands: the part of the page that follows it.

    At once, which of many clients is an estimate; as the API does when nothing has changed since.
    """
    form = Editor.sent().form
    count = counted.of(form, at_once="settled" not in request.form)
    return render_template("console/promo_editor/audience.html", count=count)


@blueprint.post(f"{PREFIX}/promos/told/")
def told() -> str:
    """Say what the form as it stands means: discount, clocks, plan, what is in the way."""
    editor = Editor.sent(_promo_of_form())
    return render_template("console/promo_editor/told.html", **editor.context())


@blueprint.get(f"{PREFIX}/promos/products/")
def product_options() -> str:
    """The products that fit the words of the picker."""
    found = offer_page.matching(request.args.get("product_words", "")[:100])
    return render_template("console/promo_editor/products.html", found=found)


def _look(editor: Editor, step: str) -> str:
    """The form again with nothing checked: what was looked for stands in it."""
    return show(editor.finding() if step == "find" else editor.counted())


def _is_active(step: str) -> bool | None:
    return True if step == PUBLISH else None


def _changes(editor: Editor, promo: Promo) -> Mapping[str, Any]:
    """The terms that were touched: an instant that nobody touched stays as exact as it is."""
    touched = promo_merge.touched(editor.typed, stored(promo))
    return {name: value for name, value in editor.values.items() if name in touched}


def _refused(editor: Editor, refusal: DomainError) -> ResponseReturnValue:
    if isinstance(refusal, InvalidFields):
        return show(editor.checked().refused(refusal.fields)), refusal.status
    if isinstance(refusal, PromoOverlaps):
        held = refusal.extra["promo_ids"]
        return show(editor.checked().overlapping(held)), refusal.status
    return show(editor.checked(), refusal), refusal.status


def _met(promo_id: int, editor: Editor) -> str:
    """The form beside what somebody else has saved meanwhile."""
    present = promo_page.find(promo_id)
    offer, window, differences = promo_merge.meet(editor.typed, stored(present))
    return show(Editor.made_of(offer, window, present), differences=differences)


def _saved(promo: Promo, *, was_published: bool = False) -> ResponseReturnValue:
    if was_published:
        flash(_("The changes are saved."))
    else:
        flash(_("The promo is published.") if promo.published else _("The draft is saved."))
    answer = redirect(url_for("console_promo_page.show", promo_id=promo.id), 303)
    return kept_typed.saved(answer)


def _product_of_address(product_id: str) -> int:
    if not product_id.isdecimal() or len(product_id) > 18:
        raise NotFound
    return products.get(int(product_id), scope=access.scope()).id


def _promo_of_form() -> Promo | None:
    """The promo that is being edited, if it still can be seen."""
    promo_id = request.form.get("promo", "")
    if not promo_id.isdecimal() or len(promo_id) > 18:
        return None
    try:
        return promo_page.find(int(promo_id))
    except NotFound:
        return None

"""/console/stores/: one's stores, a new one, and what is said of one of them.

A merchant who opens a store owns it; owners and staff change it, owners delete it.
"""

from dataclasses import replace
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from flashpromo.accounts.permissions import Kind
from flashpromo.console import access
from flashpromo.console.blueprints import PREFIX, console_pages
from flashpromo.console.store_form import StoreForm
from flashpromo.db import app_now, transaction
from flashpromo.entrance import offered
from flashpromo.entrance.asked import page_number, words
from flashpromo.entrance.pager import Pager
from flashpromo.errors import Forbidden, InUse, InvalidFields, PreconditionFailed
from flashpromo.market import opening, products, stores
from flashpromo.market.models import Store
from flashpromo.promos import catalogue, listing, of_stores
from flashpromo.promos.listing import Wanted
from flashpromo.promos.queries import Sight
from flashpromo.promos.states import LIVE

blueprint = console_pages("stores")

MOST_NAMED = 10
"""How many promos are named that keep a store from being deleted."""

Errors = dict[str, list[str]]


@blueprint.get(f"{PREFIX}/stores/")
def index() -> str:
    """Show the stores that somebody acts for."""
    pager = Pager(page_number())
    count, found = stores.page(scope=access.scope(), words=words() or None, **pager.window)
    return render_template(
        "console/stores.html",
        stores=found,
        standing=of_stores.counts([each.id for each in found], app_now()),
        roles=access.roles(),
        pager=pager.of(count),
        words=words(),
    )


@blueprint.get(f"{PREFIX}/stores/new/")
def new() -> str:
    """Ask what is to be said of a new store."""
    return _form(StoreForm.blank())


@blueprint.post(f"{PREFIX}/stores/new/")
def create() -> ResponseReturnValue:
    """Open it; a merchant becomes its owner."""
    form, who = StoreForm.sent(request.form), access.principal()
    try:
        with transaction():
            owner_id = who.user_id if who.kind is Kind.MERCHANT else None
            store = opening.open_store(owner_id, **form.values())
    except InvalidFields as error:
        return _form(form, errors=error.fields), error.status
    flash(_("%(name)s is open.", name=store.name))
    return redirect(url_for(".index"), 303)


@blueprint.get(f"{PREFIX}/stores/<int:store_id>/")
def edit(store_id: int) -> str:
    """Show what is said of a store, to be changed."""
    store = stores.get(store_id, scope=access.scope())
    return _form(StoreForm.of(store), store)


@blueprint.post(f"{PREFIX}/stores/<int:store_id>/")
def save(store_id: int) -> ResponseReturnValue:
    """Change it, unless somebody else has in the meantime."""
    form = StoreForm.sent(request.form)
    try:
        with transaction():
            scope, seen = access.scope(), form.version()
            store = catalogue.change_store(store_id, scope, seen=seen, **form.values())
    except InvalidFields as error:
        return _form(form, stores.get(store_id, scope=access.scope()), error.fields), error.status
    except PreconditionFailed as error:
        return _changed_meanwhile(form, store_id), error.status
    flash(_("%(name)s is saved.", name=store.name))
    return redirect(url_for(".index"), 303)


@blueprint.get(f"{PREFIX}/stores/<int:store_id>/delete/")
def ask_to_delete(store_id: int) -> str:
    """Say what goes with the store, or what keeps it, and ask."""
    store = stores.get(store_id, scope=access.scope())
    if not access.owns(store_id):
        raise Forbidden(_("Only an owner of the store may delete it."))
    return _question(store)


@blueprint.post(f"{PREFIX}/stores/<int:store_id>/delete/")
def delete(store_id: int) -> ResponseReturnValue:
    """Delete it with its products and their drafts."""
    store = stores.get(store_id, scope=access.scope())
    try:
        with transaction():
            access.must_own(store_id)
            catalogue.remove_store(store_id, access.scope())
    except InUse as error:
        return _question(store), error.status
    flash(_("%(name)s is deleted.", name=store.name))
    return redirect(url_for(".index"), 303)


def _form(form: StoreForm, store: Store | None = None, errors: Errors | None = None) -> str:
    """The form of a new store, or of one that there is."""
    return render_template("console/store.html", **_shown(form, store, errors or {}))


def _changed_meanwhile(form: StoreForm, store_id: int) -> str:
    """The form as it was typed, beside what stands there now; sent again, it is written over it."""
    store = stores.get(store_id, scope=access.scope())
    present = StoreForm.of(store)
    return render_template(
        "console/store.html",
        **_shown(replace(form, seen=present.seen), store, {}) | {"present": present},
    )


def _shown(form: StoreForm, store: Store | None, errors: Errors) -> dict[str, Any]:
    now = app_now()
    return {
        "form": form,
        "store": store,
        "near": access.store(),
        "standing": of_stores.counts([store.id], now)[store.id] if store else None,
        "may_delete": store is not None and access.owns(store.id),
        "errors": errors,
        "present": None,
        "time_zones": offered.time_zone_groups(form.time_zone),
        "currencies": offered.currency_options(),
    }


def _question(store: Store) -> str:
    now, own = app_now(), Sight(store_ids=frozenset({store.id}))
    _count, live = listing.page(
        own, now, Wanted(LIVE), order="start_time", offset=0, limit=MOST_NAMED
    )
    product_count, _none = products.page(store_id=store.id, limit=0, offset=0)
    return render_template(
        "console/store_delete.html",
        store=store,
        live=live,
        standing=of_stores.counts([store.id], now)[store.id],
        product_count=product_count,
    )

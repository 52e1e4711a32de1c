"""/console/products/new/ and /console/products/<id>/…: one product is made, changed, deleted.

Of two who change the same product at once the second is told what the first has saved, and keeps
what it has typed. A new price that promos would follow is asked about before it is saved.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from flashpromo.console import access, numerals, store_offers
from flashpromo.console.blueprints import PREFIX
from flashpromo.console.products import blueprint
from flashpromo.db import app_now, transaction
from flashpromo.entrance import language
from flashpromo.errors import InUse, InvalidFields, PreconditionFailed
from flashpromo.market import products
from flashpromo.market.models import Product
from flashpromo.market.products import ProductChanges
from flashpromo.promos import catalogue, of_products
from flashpromo.promos.of_products import Standing
from flashpromo.promos.states import LIVE, State

Errors = Mapping[str, Sequence[str]]


@blueprint.get(f"{PREFIX}/products/new/")
def new() -> str:
    """Show an empty form."""
    return _new_page({}, {})


@blueprint.post(f"{PREFIX}/products/new/")
def create() -> ResponseReturnValue:
    """Add the product, or show the form again with what is wrong."""
    try:
        changes, store = _read(), store_offers.chosen()
        with transaction():
            product = products.create(store, **changes)
    except InvalidFields as error:
        return _new_page(request.form, error.fields), 422
    flash(_("The product is added. Give it a picture, if you have one."))
    return redirect(url_for(".edit", product_id=product.id), 303)


@blueprint.get(f"{PREFIX}/products/<int:product_id>/")
def edit(product_id: int) -> str:
    """Show the product in a form."""
    return page(product_id)


@blueprint.post(f"{PREFIX}/products/<int:product_id>/")
def save(product_id: int) -> ResponseReturnValue:
    """Change the product, or show the form again: with errors, a question, or what has changed."""
    product = products.get(product_id, scope=access.scope())
    try:
        changes = _read()
        if moved := _price_to_confirm(product, changes["regular_price"]):
            return page(product_id, typed=request.form, moved=moved)
        with transaction():
            catalogue.change_product(product_id, access.scope(), seen=_seen(), **changes)
    except InvalidFields as error:
        return page(product_id, typed=request.form, errors=error.fields), 422
    except PreconditionFailed as error:
        return page(product_id, typed=request.form, is_stale=True), error.status
    flash(_("The product is saved."))
    return redirect(url_for(".edit", product_id=product_id), 303)


@blueprint.get(f"{PREFIX}/products/<int:product_id>/delete/")
def ask_to_delete(product_id: int) -> str:
    """Say what ends with it, and ask."""
    product = products.get(product_id, scope=access.scope())
    standing = of_products.standing(product_id, app_now())
    return render_template(
        "console/product_delete.html",
        product=product,
        drafts=[each for each in standing if each.state is State.DRAFT],
        live=[each for each in standing if each.state in LIVE],
    )


@blueprint.post(f"{PREFIX}/products/<int:product_id>/delete/")
def delete(product_id: int) -> ResponseReturnValue:
    """Delete it; a product that a promo still needs stays, and the page says which."""
    try:
        with transaction():
            catalogue.remove_product(product_id, access.scope(), seen=_seen())
    except InUse as error:
        return ask_to_delete(product_id), error.status
    except PreconditionFailed as error:
        flash(language.told(error.detail), "error")
        return page(product_id), error.status
    flash(_("The product is deleted."))
    return redirect(url_for(".index"), 303)


def page(
    product_id: int,
    *,
    typed: Mapping[str, str] | None = None,
    errors: Errors | None = None,
    moved: Sequence[Standing] = (),
    is_stale: bool = False,
) -> str:
    """The product as it stands, with what was typed over it."""
    product = products.get(product_id, scope=access.scope())
    standing = of_products.standing(product_id, app_now())
    return render_template(
        "console/product.html",
        product=product,
        typed=typed,
        price=numerals.written(product.regular_price, language.here(), places=2),
        errors=errors or {},
        standing=standing,
        moved=moved,
        new_price=numerals.amount(typed["regular_price"], language.here())
        if moved and typed
        else None,
        is_stale=is_stale,
    )


def _new_page(typed: Mapping[str, str], errors: Errors) -> str:
    return render_template(
        "console/product_new.html", typed=typed, errors=errors, **store_offers.offered()
    )


def _read() -> ProductChanges:
    """What the form says.

    Raises:
        InvalidFields: the price is not a number, or there is none.
    """
    sent = request.form
    price = numerals.amount(sent.get("regular_price", ""), language.here())
    if price is None:
        raise InvalidFields({"regular_price": _price_problem()})
    return ProductChanges(
        name=sent.get("name", ""),
        regular_price=price,
        external_id=sent.get("external_id", "").strip() or None,
    )


def _price_problem() -> str:
    example = numerals.written(Decimal("1299.9"), language.here(), places=2)
    said: str = _("Must be an amount of money, like %(example)s.", example=example)
    return said


def _seen() -> datetime:
    """The version that the form was made from.

    Raises:
        PreconditionFailed: it names none, so nobody knows what its sender has seen.
    """
    try:
        return datetime.fromisoformat(request.form.get("seen", ""))
    except ValueError as error:
        raise PreconditionFailed from error


def _price_to_confirm(product: Product, price: Decimal) -> Sequence[Standing]:
    """The live promos that would follow a new price that was not confirmed yet."""
    if price == product.regular_price or request.form.get("confirmed") == str(price):
        return ()
    standing = of_products.standing(product.id, app_now())
    if not all(each.allows(price) for each in standing):
        return ()  # the domain refuses it, at the field
    return [each for each in standing if each.state in LIVE]

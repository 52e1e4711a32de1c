"""/console/products/: what the stores sell: searched, ordered, a page at a time."""

from typing import Final

from flask import render_template, request

from flashpromo.console import access
from flashpromo.console.blueprints import PREFIX, console_pages
from flashpromo.db import app_now
from flashpromo.entrance.asked import page_number, words
from flashpromo.entrance.pager import Pager, here
from flashpromo.market import products
from flashpromo.market.products import ORDERS, ProductFilter
from flashpromo.promos import of_products

blueprint = console_pages("products")

BY_NAME: Final = "name"


@blueprint.get(f"{PREFIX}/products/")
def index() -> str:
    """Show the page that the address asks for."""
    pager, order = Pager(page_number()), _order()
    count, found = products.page(scope=access.scope(), order=order, **wanted(), **pager.window)
    return render_template(
        "console/products.html",
        products=found,
        live=of_products.live_counts([each.id for each in found], app_now()),
        pager=pager.of(count),
        words=words(),
        order=order,
        here=here,
        store=access.store(),
    )


def wanted() -> ProductFilter:
    """Which products this address asks for."""
    store = access.store()
    return ProductFilter(store_id=store.id if store else None, sought=words() or None)


def _order() -> str:
    asked = request.args.get("sort", "")
    return asked if asked in ORDERS else BY_NAME

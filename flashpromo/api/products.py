"""/api/market/products/: everybody reads, merchants their own; operators and merchants write."""

from datetime import datetime
from typing import Any

from flask import Response, url_for

from flashpromo.accounts.permissions import Permission
from flashpromo.api import etags, guard, once, paging
from flashpromo.api.blueprints import resource
from flashpromo.api.refusals import refuses
from flashpromo.api.shapes.base import Given
from flashpromo.api.shapes.market import ProductIn, ProductOut, ProductPage, ProductPatch
from flashpromo.api.shapes.queries import ProductFields, ProductQuery
from flashpromo.db import transaction
from flashpromo.errors import InUse, InvalidFields, NotFound, PreconditionFailed
from flashpromo.market import products, stores
from flashpromo.market.models import Store
from flashpromo.promos import catalogue

blueprint = resource("products", "/market/products", tag="Market")


@blueprint.get("/")
@guard.allow(Permission.CATALOGUE_READ)
@blueprint.input(ProductQuery, location="query", arg_name="query")
@blueprint.output(ProductPage)
def list_products(query: ProductQuery) -> dict[str, Any] | Response:
    """List products."""
    count, found = products.page(
        scope=guard.store_scope(),
        store_id=query.store,
        external_id=query.external_id,
        words=query.q,
        sought=None,
        order="id",
        **query.window,
    )
    return paging.listed(query, count, [ProductOut.of(each) for each in found])


@blueprint.post("/")
@guard.allow(Permission.CATALOGUE_WRITE)
@refuses(NotFound)
@blueprint.input(ProductIn, arg_name="body")
@once.per_key
@blueprint.output(ProductOut, status_code=201)
@etags.tagged
def create_product(body: ProductIn) -> tuple[ProductOut, int, dict[str, str]]:
    """Add a product to a store."""
    store = _store(body.store_id)
    product = products.create(
        store,
        name=body.name,
        regular_price=body.regular_price,
        external_id=body.external_id,
    )
    return ProductOut.of(product), 201, {"Location": url_for(".get_product", product_id=product.id)}


@blueprint.get("/<int:product_id>/")
@guard.allow(Permission.CATALOGUE_READ)
@blueprint.input(ProductFields, location="query", arg_name="fields")
@blueprint.output(ProductOut)
@etags.tagged
def get_product(product_id: int) -> ProductOut:
    """Show one product."""
    return ProductOut.of(products.get(product_id, scope=guard.store_scope()))


@blueprint.put("/<int:product_id>/")
@guard.allow(Permission.CATALOGUE_WRITE)
@refuses(PreconditionFailed)
@blueprint.input(ProductIn, arg_name="body")
@blueprint.output(ProductOut)
@etags.tagged
def replace_product(product_id: int, body: ProductIn) -> ProductOut:
    """Change a product, naming all that is required."""
    return _change(product_id, body)


@blueprint.patch("/<int:product_id>/")
@guard.allow(Permission.CATALOGUE_WRITE)
@refuses(PreconditionFailed)
@blueprint.input(ProductPatch, arg_name="body")
@blueprint.output(ProductOut)
@etags.tagged
def change_product(product_id: int, body: Given) -> ProductOut:
    """Change some of a product."""
    return _change(product_id, body)


@blueprint.delete("/<int:product_id>/")
@guard.allow(Permission.CATALOGUE_WRITE)
@refuses(InUse, PreconditionFailed)
@blueprint.doc(responses={204: "Deleted"})
def delete_product(product_id: int) -> tuple[str, int]:
    """Delete a product with its drafts, unless it has a live promo."""
    with transaction():
        catalogue.remove_product(product_id, guard.store_scope(), seen=_seen(product_id))
    return "", 204


def _change(product_id: int, body: Given) -> ProductOut:
    changes, scope = body.given(), guard.store_scope()
    with transaction():
        store_id = products.get(product_id, scope=scope).store_id
        if changes.pop("store_id", store_id) != store_id:
            raise InvalidFields({"store_id": "A product stays with its store."})
        seen = _seen(product_id)
        return ProductOut.of(catalogue.change_product(product_id, scope, seen=seen, **changes))


def _seen(product_id: int) -> datetime | None:
    def read() -> tuple[ProductOut, datetime]:
        product = products.get(product_id, scope=guard.store_scope())
        return ProductOut.of(product), product.updated_at

    return etags.seen(read)


def _store(store_id: int) -> Store:
    """The store that a body names: no such store is a wrong field, somebody else's is not found."""
    try:
        store = stores.get(store_id)
    except NotFound as error:
        raise InvalidFields({"store_id": error.detail}) from error
    return stores.get(store.id, scope=guard.store_scope())

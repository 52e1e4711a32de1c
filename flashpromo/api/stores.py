"""/api/market/stores/: everybody reads, merchants their own; operators and merchants write."""

from datetime import datetime
from typing import Any, cast

from flask import Response, url_for

from flashpromo.accounts.permissions import Kind, Permission
from flashpromo.api import etags, guard, once, paging
from flashpromo.api.blueprints import resource
from flashpromo.api.refusals import refuses
from flashpromo.api.shapes.base import Given
from flashpromo.api.shapes.market import StoreIn, StoreOut, StorePage, StorePatch
from flashpromo.api.shapes.queries import StoreFields, StoreQuery
from flashpromo.db import transaction
from flashpromo.errors import InUse, PreconditionFailed
from flashpromo.market import opening, stores
from flashpromo.market.stores import StoreChanges
from flashpromo.promos import catalogue

blueprint = resource("stores", "/market/stores", tag="Market")


@blueprint.get("/")
@guard.allow(Permission.CATALOGUE_READ)
@blueprint.input(StoreQuery, location="query", arg_name="query")
@blueprint.output(StorePage)
def list_stores(query: StoreQuery) -> dict[str, Any] | Response:
    """List stores."""
    count, found = stores.page(scope=guard.store_scope(), words=query.q, **query.window)
    return paging.listed(query, count, [StoreOut.of(each) for each in found])


@blueprint.post("/")
@guard.allow(Permission.CATALOGUE_WRITE)
@blueprint.input(StoreIn, arg_name="body")
@once.per_key
@blueprint.output(StoreOut, status_code=201)
@etags.tagged
def create_store(body: StoreIn) -> tuple[StoreOut, int, dict[str, str]]:
    """Open a store; a merchant becomes its owner."""
    who = guard.principal()
    owner_id = who.user_id if who.kind is Kind.MERCHANT else None
    store = opening.open_store(owner_id, **cast(StoreChanges, body.given()))
    return StoreOut.of(store), 201, {"Location": url_for(".get_store", store_id=store.id)}


@blueprint.get("/<int:store_id>/")
@guard.allow(Permission.CATALOGUE_READ)
@blueprint.input(StoreFields, location="query", arg_name="fields")
@blueprint.output(StoreOut)
@etags.tagged
def get_store(store_id: int) -> StoreOut:
    """Show one store."""
    return StoreOut.of(stores.get(store_id, scope=guard.store_scope()))


@blueprint.put("/<int:store_id>/")
@guard.allow(Permission.CATALOGUE_WRITE)
@blueprint.input(StoreIn, arg_name="body")
@refuses(PreconditionFailed)
@blueprint.output(StoreOut)
@etags.tagged
def replace_store(store_id: int, body: StoreIn) -> StoreOut:
    """Change a store, naming all that is required.

    Its currency stays while one of its promos is published and not over.
    """
    return _change(store_id, body)


@blueprint.patch("/<int:store_id>/")
@guard.allow(Permission.CATALOGUE_WRITE)
@blueprint.input(StorePatch, arg_name="body")
@refuses(PreconditionFailed)
@blueprint.output(StoreOut)
@etags.tagged
def change_store(store_id: int, body: Given) -> StoreOut:
    """Change some of a store.

    Its currency stays while one of its promos is published and not over.
    """
    return _change(store_id, body)


@blueprint.delete("/<int:store_id>/")
@guard.allow(Permission.CATALOGUE_WRITE)
@refuses(InUse, PreconditionFailed)
@blueprint.doc(responses={204: "Deleted"})
def delete_store(store_id: int) -> tuple[str, int]:
    """Delete a store with its products and their drafts, unless one has a live promo."""
    scope = guard.store_scope()
    with transaction():
        stores.get(store_id, scope=scope)
        guard.must_own(store_id)
        catalogue.remove_store(store_id, scope, seen=_seen(store_id))
    return "", 204


def _change(store_id: int, body: Given) -> StoreOut:
    changes = cast(StoreChanges, body.given())
    with transaction():
        scope, seen = guard.store_scope(), _seen(store_id)
        return StoreOut.of(catalogue.change_store(store_id, scope, seen=seen, **changes))


def _seen(store_id: int) -> datetime | None:
    def read() -> tuple[StoreOut, datetime]:
        store = stores.get(store_id, scope=guard.store_scope())
        return StoreOut.of(store), store.updated_at

    return etags.seen(read)

"""/api/promotions/flash-promos/: operators and merchants write; clients read what has started."""

from typing import Any

from flask import Response, url_for

from flashpromo import campaign
from flashpromo.accounts.permissions import Permission
from flashpromo.api import etags, guard, once, paging, promo_documents
from flashpromo.api.blueprints import resource
from flashpromo.api.refusals import refuses
from flashpromo.api.shapes.base import Given
from flashpromo.api.shapes.promos import PromoIn, PromoOut, PromoPage, PromoPatch
from flashpromo.api.shapes.queries import PromoFields, PromoQuery
from flashpromo.db import app_now, transaction
from flashpromo.errors import NotFound, PreconditionFailed
from flashpromo.market import products
from flashpromo.promos import lifecycle, listing, queries
from flashpromo.promos.errors import PromoFinished, PromoOverlaps
from flashpromo.promos.terms import Terms

blueprint = resource("promos", "/promotions/flash-promos", tag="Promotions")


@blueprint.get("/")
@guard.allow(Permission.PROMOS_READ)
@blueprint.input(PromoQuery, location="query", arg_name="query")
@blueprint.output(PromoPage)
def list_promos(query: PromoQuery) -> dict[str, Any] | Response:
    """List promos, newest first."""
    now = app_now()
    count, found = listing.page(
        guard.promo_sight(), now, query.wanted, order=query.sort, **query.window
    )
    return paging.listed(query, count, promo_documents.many(found, now))


@blueprint.post("/")
@guard.allow(Permission.PROMOS_WRITE)
@refuses(PromoOverlaps, NotFound)
@blueprint.input(PromoIn, arg_name="body")
@once.per_key
@blueprint.output(PromoOut, status_code=201)
@etags.tagged
def create_promo(body: PromoIn) -> tuple[PromoOut, int, dict[str, str]]:
    """Create a promo, and publish it at once if `is_active`."""
    terms = body.model_dump(exclude={"is_active", "segment_ids"})
    demand_product(body.product_id)
    promo = lifecycle.create(
        Terms(**terms, segment_ids=tuple(body.segment_ids)), publish=body.is_active
    )
    location = url_for(".get_promo", promo_id=promo.id)
    return promo_documents.one(promo, app_now()), 201, {"Location": location}


@blueprint.get("/<int:promo_id>/")
@guard.allow(Permission.PROMOS_READ)
@blueprint.input(PromoFields, location="query", arg_name="fields")
@blueprint.output(PromoOut)
@etags.tagged
def get_promo(promo_id: int) -> PromoOut:
    """Show one promo."""
    now = app_now()
    return promo_documents.one(queries.get(promo_id, guard.promo_sight(), now), now)


@blueprint.put("/<int:promo_id>/")
@guard.allow(Permission.PROMOS_WRITE)
@refuses(PromoFinished, PromoOverlaps, PreconditionFailed)
@blueprint.input(PromoIn, arg_name="body")
@blueprint.output(PromoOut)
@etags.tagged
def replace_promo(promo_id: int, body: PromoIn) -> PromoOut:
    """Change a promo, naming all that is required."""
    return _change(promo_id, body)


@blueprint.patch("/<int:promo_id>/")
@guard.allow(Permission.PROMOS_WRITE)
@refuses(PromoFinished, PromoOverlaps, PreconditionFailed)
@blueprint.input(PromoPatch, arg_name="body")
@blueprint.output(PromoOut)
@etags.tagged
def change_promo(promo_id: int, body: Given) -> PromoOut:
    """Change some of a promo."""
    return _change(promo_id, body)


@blueprint.delete("/<int:promo_id>/")
@guard.allow(Permission.PROMOS_WRITE)
@refuses(PreconditionFailed)
@blueprint.doc(responses={204: "Deleted"})
def delete_promo(promo_id: int) -> tuple[str, int]:
    """Delete a promo; one that is not over is cancelled by it."""
    with transaction():
        guard.must_see(promo_id)
        campaign.delete(promo_id, seen=promo_documents.seen(promo_id))
    return "", 204


def _change(promo_id: int, body: Given) -> PromoOut:
    changes = body.given()
    is_active = changes.pop("is_active", None)
    if "segment_ids" in changes:
        changes["segment_ids"] = tuple(changes["segment_ids"])
    with transaction():
        guard.must_see(promo_id)
        if "product_id" in changes:
            demand_product(changes["product_id"])
        seen = promo_documents.seen(promo_id)
        promo = lifecycle.change(promo_id, changes, is_active=is_active, seen=seen)
    return promo_documents.one(promo, app_now())


def demand_product(product_id: int) -> None:
    """Raise `NotFound` for somebody else's product; that it exists is for promos to say."""
    scope = guard.store_scope()
    if scope is None:
        return
    product = products.find(product_id)
    if product is not None and product.store_id not in scope:
        raise NotFound(f"There is no product {product_id}.")

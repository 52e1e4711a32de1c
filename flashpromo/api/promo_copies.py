"""…/flash-promos/{id}/duplicate/: for operators and the store's members."""

from flask import url_for

from flashpromo.accounts.permissions import Permission
from flashpromo.api import bodies, guard, once, promo_documents
from flashpromo.api.blueprints import resource
from flashpromo.api.promos import demand_product
from flashpromo.api.shapes.base import Given
from flashpromo.api.shapes.promo_copies import PromoCopyPatch
from flashpromo.api.shapes.promos import PromoOut
from flashpromo.db import app_now
from flashpromo.promos import copies

blueprint = resource("promo_copies", "/promotions/flash-promos", tag="Promotions")


@blueprint.post("/<int:promo_id>/duplicate/")
@guard.allow(Permission.PROMOS_WRITE)
@bodies.may_be_empty
@blueprint.input(PromoCopyPatch, arg_name="body")
@once.per_key
@blueprint.output(PromoOut, status_code=201)
def duplicate_promo(promo_id: int, body: Given) -> tuple[PromoOut, int, dict[str, str]]:
    """Make a draft with the terms of a promo, over or not; the body may say what is different.

    Without `start_time` and `end_time` the window is kept if it has not begun, or else moved by
    whole days to the same local time in the store's zone.
    """
    changes = body.given()
    if "segment_ids" in changes:
        changes["segment_ids"] = tuple(changes["segment_ids"])
    if "product_id" in changes:
        demand_product(changes["product_id"])
    draft = copies.duplicate(promo_id, changes)
    location = url_for("promos.get_promo", promo_id=draft.id)
    return promo_documents.one(draft, app_now()), 201, {"Location": location}

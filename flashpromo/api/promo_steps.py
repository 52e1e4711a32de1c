"""…/flash-promos/{id}/pause/, /resume/ and /cancel/: for operators and the store's members."""

from flashpromo import campaign
from flashpromo.accounts.permissions import Permission
from flashpromo.api import etags, guard, once, promo_documents
from flashpromo.api.blueprints import resource
from flashpromo.api.refusals import refuses
from flashpromo.api.shapes.promos import PromoOut
from flashpromo.db import app_now
from flashpromo.errors import PreconditionFailed
from flashpromo.promos import lifecycle
from flashpromo.promos.errors import PromoFinished, WrongState

blueprint = resource("promo_steps", "/promotions/flash-promos", tag="Promotions")


@blueprint.post("/<int:promo_id>/pause/")
@guard.allow(Permission.PROMOS_WRITE)
@refuses(WrongState, PromoFinished, PreconditionFailed)
@once.per_key
@blueprint.output(PromoOut)
@etags.tagged
def pause_promo(promo_id: int) -> PromoOut:
    """Stop new reservations and notifications for a while."""
    guard.must_see(promo_id)
    promo = lifecycle.pause(promo_id, seen=promo_documents.seen(promo_id))
    return promo_documents.one(promo, app_now())


@blueprint.post("/<int:promo_id>/resume/")
@guard.allow(Permission.PROMOS_WRITE)
@refuses(WrongState, PreconditionFailed)
@once.per_key
@blueprint.output(PromoOut)
@etags.tagged
def resume_promo(promo_id: int) -> PromoOut:
    """Go on with a paused promo."""
    guard.must_see(promo_id)
    promo = lifecycle.resume(promo_id, seen=promo_documents.seen(promo_id))
    return promo_documents.one(promo, app_now())


@blueprint.post("/<int:promo_id>/cancel/")
@guard.allow(Permission.PROMOS_WRITE)
@refuses(PromoFinished, PreconditionFailed)
@once.per_key
@blueprint.output(PromoOut)
@etags.tagged
def cancel_promo(promo_id: int) -> PromoOut:
    """End a promo for good and release its holds."""
    guard.must_see(promo_id)
    promo = campaign.cancel(promo_id, seen=promo_documents.seen(promo_id))
    return promo_documents.one(promo, app_now())

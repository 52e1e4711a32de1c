"""…/preview/, …/funnel/ and …/explain/: what a promo would reach, what came of it, and why."""

from flashpromo import insight
from flashpromo.accounts import sign_ins
from flashpromo.accounts.permissions import Kind, Permission
from flashpromo.api import guard
from flashpromo.api.blueprints import resource
from flashpromo.api.refusals import refuses
from flashpromo.api.shapes.insight import (
    ExplainOut,
    ExplainQuery,
    FunnelOut,
    PreviewIn,
    PreviewOut,
)
from flashpromo.audience import profiles
from flashpromo.db import app_now
from flashpromo.errors import BadRequest, InvalidFields, NotFound
from flashpromo.market import products, stores
from flashpromo.market.models import Store
from flashpromo.promos import queries

blueprint = resource("promo_insight", "/promotions/flash-promos", tag="Promotions")


@blueprint.post("/preview/")
@guard.allow(Permission.PROMOS_MEASURE)
@refuses(NotFound)
@blueprint.input(PreviewIn, arg_name="body")
@blueprint.output(PreviewOut)
def preview_terms(body: PreviewIn) -> PreviewOut:
    """Count whom a promo with these terms would tell if it started now."""
    asked = insight.question(_store(body), body.segment_ids, body.max_distance_km)
    return PreviewOut.of_preview(insight.preview(asked, exact=_exactly()))


@blueprint.get("/<int:promo_id>/preview/")
@guard.allow(Permission.PROMOS_MEASURE)
@blueprint.output(PreviewOut)
def preview_promo(promo_id: int) -> PreviewOut:
    """Count whom a promo would tell if it started now."""
    promo = queries.get(promo_id, guard.promo_sight(), app_now())
    asked = insight.question_of(promo)
    return PreviewOut.of_preview(insight.preview(asked, exact=_exactly()))


@blueprint.get("/<int:promo_id>/funnel/")
@guard.allow(Permission.PROMOS_MEASURE)
@blueprint.output(FunnelOut)
def show_funnel(promo_id: int) -> FunnelOut:
    """Show what came of a promo, from its audience to what was sold."""
    now = app_now()
    promo = queries.get(promo_id, guard.promo_sight(), now)
    return FunnelOut.of_funnel(insight.funnel(promo, now, exact=_exactly()))


@blueprint.get("/<int:promo_id>/explain/")
@guard.allow(Permission.PROMOS_EXPLAIN)
@blueprint.input(ExplainQuery, location="query", arg_name="query")
@blueprint.output(ExplainOut)
def explain_promo(promo_id: int, query: ExplainQuery) -> ExplainOut:
    """Say why one client is or is not reached and told, with metres."""
    guard.must_see(promo_id)
    return ExplainOut.of_account(insight.explain(_client_id(query), promo_id))


def _exactly() -> bool:
    """Operators may see clients; for all others nobody must be found by counting."""
    return guard.principal().kind is Kind.OPERATOR


def _store(body: PreviewIn) -> Store:
    """The store that is asked about; `NotFound` for somebody else's or none."""
    scope = guard.store_scope()
    if body.product_id is None:
        if body.store_id is None:
            raise InvalidFields({"product_id": "Give this or store_id."})
        return stores.get(body.store_id, scope=scope)
    store = products.get(body.product_id, scope=scope).store
    if body.store_id not in {None, store.id}:
        raise InvalidFields({"store_id": "The product is of another store."})
    return store


def _client_id(query: ExplainQuery) -> int:
    """The client that is meant; `NotFound` when there is none."""
    if len(query.model_dump(exclude_none=True)) != 1:
        wrong = "Give exactly one of client_id, external_id and username."
        raise BadRequest(wrong, errors={"client_id": [wrong]})
    if query.external_id is not None:
        return profiles.client_id_of(query.external_id)
    if query.client_id is not None:
        return query.client_id
    found = sign_ins.find(query.username or "")
    if found is None or found.client_id is None:
        raise NotFound(f"There is no client {query.username!r}.")
    return found.client_id

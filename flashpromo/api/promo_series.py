"""…/flash-promos/recurring/: for operators and the store's members."""

from flashpromo.accounts.permissions import Permission
from flashpromo.api import guard, once
from flashpromo.api.blueprints import resource
from flashpromo.api.promos import demand_product
from flashpromo.api.refusals import refuses
from flashpromo.api.shapes.promo_series import (
    RecurrenceIn,
    RecurrenceOut,
    RecurringPromosIn,
    RecurringPromosOut,
)
from flashpromo.db import app_now
from flashpromo.errors import NotFound
from flashpromo.promos import series
from flashpromo.promos.errors import PromoOverlaps

blueprint = resource("promo_series", "/promotions/flash-promos/recurring", tag="Promotions")


@blueprint.post("/preview/")
@guard.allow(Permission.PROMOS_WRITE)
@refuses(NotFound)
@blueprint.input(RecurrenceIn, arg_name="body")
@blueprint.output(RecurrenceOut)
def preview_recurring_promos(body: RecurrenceIn) -> RecurrenceOut:
    """List the windows that recurring promos would have, and make none of them.

    Takes the body of the creation, of which only the rule is looked at. Windows keep their times on
    the store's clock when clocks change; what that does to one of them is said by its `remarks`.
    Days whose window is over, or skipped by the clocks, are in `left_out`. Windows that published
    promos of the product are in the way of name them by `overlaps`: published at once, the
    creation would be refused.
    """
    demand_product(body.product_id)
    rule = body.rule(series.zone_of(body.product_id))
    now = app_now()
    found = rule.series(now)
    overlaps = series.overlaps(body.product_id, found.windows, now)
    return RecurrenceOut.of_series(found, overlaps)


@blueprint.post("/")
@guard.allow(Permission.PROMOS_WRITE)
@refuses(PromoOverlaps, NotFound)
@blueprint.input(RecurringPromosIn, arg_name="body")
@once.per_key
@blueprint.output(RecurringPromosOut, status_code=201)
def create_recurring_promos(body: RecurringPromosIn) -> tuple[RecurringPromosOut, int]:
    """Create a promo for each window of a rule, and publish them at once if `is_active`.

    All of them or none, at most 366 and with 100,000 units together. A published promo of the
    product that is in the way is named by `promo_ids`, the window that it is in the way of by
    `day`. What was made are single promos: each is changed and cancelled by itself.
    """
    demand_product(body.product_id)
    now, rule = app_now(), body.rule(series.zone_of(body.product_id))
    promos = series.create_all(body.offer(), rule, now, publish=body.is_active)
    return RecurringPromosOut.of_promos(rule.series(now), promos), 201

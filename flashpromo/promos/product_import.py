"""Products in bulk, by the outside ids of their stores: the rules of `catalogue` for a crowd.

A price must stay above that of the promos that are not over, and these follow it. Stores are locked
before products and these before promos, as everywhere, and only once all rows have come in.
"""

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any, Final

from sqlalchemy import (
    BigInteger,
    Boolean,
    Numeric,
    Select,
    column,
    func,
    select,
    table,
    update,
)

from flashpromo import audit, cache
from flashpromo.audience import reach
from flashpromo.bulk.source import Record
from flashpromo.bulk.staging import Report, Upserted
from flashpromo.db import session
from flashpromo.market import product_staging
from flashpromo.market.product_staging import STAGE
from flashpromo.promos.models import Promo, PromoRun
from flashpromo.promos.states import FINISHED, State, state_is

STAGED: Final = table(
    STAGE.table,
    column("product_id", BigInteger),
    column("regular_price", Numeric),
    column("repriced", Boolean),
    column("dearer_promo_id", BigInteger),
)
TOO_CHEAP: Final = """
DELETE FROM staged_product WHERE dearer_promo_id IS NOT NULL
RETURNING line, external_id, 'regular_price',
    'must be above the price of promo ' || dearer_promo_id
"""


def import_products(
    records: Iterable[Record],
    report: Report,
    *,
    scope: Collection[int] | None,
    usual_store: int | None = None,
    every: bool = False,
) -> Upserted:
    """Write every good record, and tell by `report` what became of the lines, in their order.

    Args:
        records: numbered records, read as they are needed.
        report: called at the end for each record that is left out, before the commit.
        scope: the stores that may be written; None: all of them.
        usual_store: the store of a record that names none.
        every: call `report` for those that are in as well.

    Raises:
        UnreadableFile: from the records; the door rolls back.
        ChangedMeanwhile: another transaction took the same outside ids.
    """
    now = prepare(records, scope, usual_store)
    done = write(now, usual_store)
    STAGE.report(report, every=every)
    STAGE.drop()
    return done


def prepare(
    records: Iterable[Record],
    scope: Collection[int] | None,
    usual_store: int | None,
    *,
    lock: bool = True,
) -> datetime:
    """Stage all records, match and reject: what is left can be written; the time of that.

    Args:
        records: numbered records, read as they are needed.
        scope: the stores that may be written; None: all of them.
        usual_store: the store of a record that names none.
        lock: False when nothing will be written.
    """
    product_staging.load(records, usual_store)
    now = product_staging.match(scope, lock=lock)
    _mark_too_cheap(now)
    STAGE.reject(TOO_CHEAP)
    return now


def write(now: datetime, usual_store: int | None) -> Upserted:
    """Write what was prepared, with locks, at `now`."""
    created, updated = product_staging.write(now)
    _let_promos_follow(now)
    done = Upserted(created, updated, STAGE.rejected())
    if done.imported:
        audit.record("product.imported", "product", store_id=usual_store, after=done._asdict())
    cache.mark_stale(cache.TERMS)
    return done


def _open_promos(now: datetime, *columns: Any) -> Select[Any]:
    """The promos that are not over of products whose price changes."""
    return (
        select(*columns)
        .select_from(Promo)
        .join(PromoRun, PromoRun.promo_id == Promo.id)
        .join(STAGED, STAGED.c.product_id == Promo.product_id)
        .where(
            STAGED.c.repriced,
            Promo.deleted_at.is_(None),
            state_is(set(State) - FINISHED, reach.at(now)),
        )
    )


def _mark_too_cheap(now: datetime) -> None:
    """Note the first promo that stands against a new price."""
    dearer = (
        _open_promos(now, Promo.product_id, func.min(Promo.id).label("promo_id"))
        .where(Promo.promo_price >= STAGED.c.regular_price)
        .group_by(Promo.product_id)
        .subquery()
    )
    session().execute(
        update(STAGED)
        .where(STAGED.c.product_id == dearer.c.product_id)
        .values(dearer_promo_id=dearer.c.promo_id)
    )


def _let_promos_follow(now: datetime) -> None:
    """Write the new prices into the promos, locked in the order of their ids."""
    locked = (
        _open_promos(now, Promo.id, STAGED.c.regular_price)
        .order_by(Promo.id)
        .with_for_update(key_share=True, of=Promo)
        .cte("locked")
    )
    session().execute(
        update(Promo)
        .where(Promo.id == locked.c.id)
        .values(regular_price=locked.c.regular_price)
        .execution_options(synchronize_session=False)
    )

"""The window of a product: two published promos of one product never overlap in time.

An exclusion constraint decides, whoever writes at the same instant. What is over does not block its
window any more: it is withdrawn (`published` false), by the sweep or at the latest by whoever wants
the window.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime

from sqlalchemy import Row, select, text
from sqlalchemy.exc import IntegrityError

from flashpromo.db import session
from flashpromo.promos.errors import PromoOverlaps
from flashpromo.promos.models import Promo, PromoRun
from flashpromo.promos.terms import Terms

CONSTRAINT = "ex_promo_product_window"

# Locked in the order of their ids, and only rows that nobody else is writing: two writers cannot
# deadlock here. The rows written come in any order.
WITHDRAW = """
UPDATE promo SET published = false
WHERE id = ANY(ARRAY({over} ORDER BY promo.id FOR UPDATE OF promo SKIP LOCKED))
RETURNING id
"""
OVER = """
SELECT promo.id FROM promo JOIN promo_run AS run ON run.promo_id = promo.id
WHERE promo.published {of_product}
  AND (promo.end_time <= :now OR run.sold_out_at IS NOT NULL OR run.cancelled_at IS NOT NULL)
"""
# Two looks, each with an index: together in one condition they would pass every published promo,
# each second. Whoever cancels a promo withdraws it.
OVER_LATELY = """
SELECT id FROM promo WHERE published AND id IN (
    SELECT id FROM promo WHERE published AND end_time <= :now
    UNION ALL SELECT promo_id FROM promo_run WHERE sold_out_at >= :since)
"""
OF_ONE_PRODUCT = text(
    WITHDRAW.format(over=OVER.format(of_product="AND promo.product_id = :product_id"))
)
OF_ALL_PRODUCTS = text(WITHDRAW.format(over=OVER.format(of_product="")))
LATELY = text(WITHDRAW.format(over=OVER_LATELY))


def free_finished(product_id: int, now: datetime) -> list[int]:
    """Withdraw the product's promos that are over; their ids in order, for `runs.end`."""
    values = {"product_id": product_id, "now": now}
    return sorted(session().scalars(OF_ONE_PRODUCT, values))


def free_all_finished(now: datetime, since: datetime | None = None) -> list[int]:
    """Withdraw every promo that is over; their ids in order, for `runs.end`.

    Args:
        now: the time of the look.
        since: nothing that was sold out before; None for all, by a look at all that is published.
    """
    if since is None:
        return sorted(session().scalars(OF_ALL_PRODUCTS, {"now": now}))
    return sorted(session().scalars(LATELY, {"now": now, "since": since}))


def held_between(
    product_id: int, start: datetime, end: datetime, now: datetime
) -> Sequence[Row[int, datetime, datetime]]:
    """Id, start and end of the product's published promos within a time, without what is over."""
    return (
        session()
        .execute(
            select(Promo.id, Promo.start_time, Promo.end_time)
            .join(PromoRun, PromoRun.promo_id == Promo.id)
            .where(
                Promo.product_id == product_id,
                Promo.published,
                Promo.start_time < end,
                Promo.end_time > start,
                Promo.end_time > now,
                PromoRun.sold_out_at.is_(None),
                PromoRun.cancelled_at.is_(None),
            )
            .order_by(Promo.start_time)
        )
        .all()
    )


@contextmanager
def guarded(terms: Terms, promo_id: int | None) -> Iterator[None]:
    """Write a promo inside the block; a refused window is told by the promos that hold it.

    Raises:
        PromoOverlaps: with `promo_ids`, and the window's `start_time`.
    """
    try:
        with session().begin_nested():
            yield
    except IntegrityError as error:
        if CONSTRAINT not in str(error.orig):
            raise
        refusal = PromoOverlaps(promo_ids=_overlapping(terms, promo_id))
        refusal.start_time = terms.start_time
        raise refusal from error


def _overlapping(terms: Terms, promo_id: int | None) -> list[int]:
    return list(
        session().scalars(
            select(Promo.id)
            .where(
                Promo.product_id == terms.product_id,
                Promo.published,
                Promo.start_time < terms.end_time,
                Promo.end_time > terms.start_time,
                Promo.id != (promo_id or 0),
            )
            .order_by(Promo.start_time)
        )
    )

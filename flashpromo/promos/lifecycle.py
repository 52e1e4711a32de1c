"""How a promo comes into being and changes: create, change, publish, withdraw, pause, resume.

Each function runs inside the door's transaction, locks the promo's row first, and leaves the bell
of its activation in step with the result. Cancelling and deleting also end reservations, which
stand a rank higher: see `campaign`.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import contains_eager

from flashpromo import cache
from flashpromo.audience import segments
from flashpromo.db import app_now, session
from flashpromo.errors import InvalidFields, demand_unchanged
from flashpromo.market.models import Product, Store
from flashpromo.promos import queries, runs, trail, units, windows
from flashpromo.promos.bell import follow
from flashpromo.promos.errors import PromoFinished, WrongState
from flashpromo.promos.models import Promo, PromoClaim, PromoRun, PromoSegment
from flashpromo.promos.states import FINISHED, LIVE, State, state_at
from flashpromo.promos.terms import Terms, check_together
from flashpromo.promos.versions import Version, version_of


def create(terms: Terms, *, publish: bool = False) -> Promo:
    """Make a draft of valid terms, and publish it at once if asked to.

    Raises:
        InvalidFields: a field is wrong, or the product or a segment does not exist.
        PromoOverlaps: published, and another published promo of the product overlaps.
    """
    return create_all([terms], publish=publish)[0]


def create_all(offers: Sequence[Terms], *, publish: bool = False) -> list[Promo]:
    """The same for several of one product: all of their rows before any row of their runs.

    Raises:
        InvalidFields: also when all together offer more units than a promo may.
        PromoOverlaps: also by each other; with the `start_time` of the window that is not free.
    """
    product, now = _product(offers[0].product_id), app_now()
    for terms in offers:
        _check(terms, product, publish=publish, now=now)
    check_together(offers)
    freed = windows.free_finished(product.id, now) if publish else []
    promos = [Promo(created_at=now) for _ in offers]
    for promo, terms in zip(promos, offers, strict=True):
        _save(promo, terms, product, publish=publish, now=now)
    runs.end(freed, now)
    session().add_all(row(promo_id=each.id) for each in promos for row in (PromoRun, PromoClaim))
    session().flush()
    units.add_first({promo.id: promo.quantity for promo in promos})
    _finish(promos, now)
    for promo in promos:
        trail.record("promo.created", promo, after=trail.told(Terms.of(promo)))
        _record_published(promo, State.DRAFT, now, was=False)
    return promos


def change(
    promo_id: int,
    changes: Mapping[str, Any],
    *,
    is_active: bool | None = None,
    seen: Version | None = None,
) -> Promo:
    """Replace some terms; publish or withdraw when `is_active` says so.

    Args:
        promo_id: which promo.
        changes: terms by name, see `Terms`.
        is_active: True publishes, False withdraws, None leaves it as it is.
        seen: the version that the caller has seen, if it matters.

    Raises:
        NotFound: no such promo.
        PreconditionFailed: it was changed since it was seen.
        PromoFinished: it is over.
        InvalidFields: a field is wrong, or may not change any more.
        PromoOverlaps: another published promo of the product overlaps.
    """
    product = _product(changes.get("product_id", queries.product_of(promo_id)))
    promo = queries.lock(promo_id)
    demand_unchanged(version_of(promo), seen)
    now = app_now()
    state = state_at(promo, now)
    if state in FINISHED:
        raise PromoFinished
    before, was_published = Terms.of(promo), promo.published
    after = before.changed(changes)
    if promo.published and after.product_id != before.product_id:
        raise InvalidFields({"product_id": "Cannot change once the promo is published."})
    publish = promo.published if is_active is None else is_active
    _check(after, product, publish=publish, now=now)
    freed = windows.free_finished(product.id, now) if publish else []
    _save(promo, after, product, publish=publish, now=now)
    runs.end(freed, now)
    is_moved = after.start_time != before.start_time
    if after.start_time > now and (is_moved or promo.run.activated_at is not None):
        runs.forget_activation(promo.id)
    if after.quantity != before.quantity:
        _set_quantity(promo, after.quantity, now)
    _finish([promo], now)
    told = trail.told(Terms.of(promo))
    trail.record("promo.changed", promo, before=trail.told(before), after=told)
    _record_published(promo, state, now, was=was_published)
    return promo


def pause(promo_id: int, *, seen: Version | None = None) -> Promo:
    """Stop new reservations and notifications for a while; pausing a paused promo is no error.

    Raises:
        NotFound: no such promo.
        PreconditionFailed: it was changed since it was seen.
        WrongState: it is a draft or over.
    """
    promo = queries.lock(promo_id)
    demand_unchanged(version_of(promo), seen)
    now = app_now()
    before = demand_live(promo, now)
    if not runs.pause(promo.id, now) and promo.run.paused_at is None:
        raise PromoFinished
    _finish([promo], now)
    trail.record_step("promo.paused", promo, before, state_at(promo, now))
    return promo


def resume(promo_id: int, *, seen: Version | None = None) -> Promo:
    """Go on; resuming a promo that is not paused is no error.

    Raises:
        NotFound: no such promo.
        PreconditionFailed: it was changed since it was seen.
        WrongState: it is a draft or over.
    """
    promo = queries.lock(promo_id)
    demand_unchanged(version_of(promo), seen)
    now = app_now()
    before = demand_live(promo, now)
    runs.resume(promo.id)
    _finish([promo], now)
    trail.record_step("promo.resumed", promo, before, state_at(promo, now))
    return promo


def _set_quantity(promo: Promo, quantity: int, now: datetime) -> None:
    """Offer so many units, unless the last one was sold since the promo was looked at."""
    runs.lock(promo.id)
    session().refresh(promo.run)
    if state_at(promo, now) in FINISHED:
        raise PromoFinished
    units.set_quantity(promo.id, quantity, now)
    runs.sell_out_if_done(promo.id, now)


def demand_live(promo: Promo, now: datetime) -> State:
    """The state of a promo that is scheduled, running or paused; raises `WrongState` for others."""
    state = state_at(promo, now)
    if state not in LIVE:
        raise WrongState(f"The promo is {state}.", state=state)
    return state


def _check(terms: Terms, product: Product, *, publish: bool, now: datetime) -> None:
    terms.check(product.regular_price)
    if publish and terms.end_time <= now:
        raise InvalidFields({"end_time": "Must be in the future."})


def _save(promo: Promo, terms: Terms, product: Product, *, publish: bool, now: datetime) -> None:
    """Write the terms, published or not: the rows of `promo`, and none of its run."""
    with windows.guarded(terms, promo.id):
        _write(promo, terms, product)
        promo.published = publish
        promo.updated_at = now
        session().add(promo)
        session().flush()
        _write_segments(promo.id, terms.segment_ids)


def _product(product_id: int) -> Product:
    """The product, its price and its store's place held still until the transaction ends.

    Of a promo and a price that change at once, the later one sees the earlier one. Stores are
    locked before products and these before promos, here and in `catalogue`. The writers of one
    product's promos follow each other: side by side, two that want the same window could each wait
    for the other's row in the exclusion constraint, and the database would end one as a deadlock.
    """
    store_of_product = select(Product.store_id).where(Product.id == product_id)
    session().execute(
        select(Store.id)
        .where(Store.id == store_of_product.scalar_subquery())
        .with_for_update(read=True)
    )
    product = session().scalar(
        select(Product)
        .join(Store, Store.id == Product.store_id)
        .options(contains_eager(Product.store))
        .where(Product.id == product_id, Product.deleted_at.is_(None))
        .with_for_update(key_share=True, of=Product)
        .execution_options(populate_existing=True)
    )
    if product is None:
        raise InvalidFields({"product_id": "No such product."})
    return product


def _write(promo: Promo, terms: Terms, product: Product) -> None:
    """Put terms and the copies that the audience is found by into the row."""
    promo.product_id = product.id
    promo.promo_price = terms.promo_price
    promo.regular_price = product.regular_price
    promo.start_time = terms.start_time
    promo.end_time = terms.end_time
    promo.max_distance_km = terms.max_distance_km
    promo.quantity = terms.quantity
    promo.location = select(Store.location).where(Store.id == product.store_id).scalar_subquery()
    promo.segment_ids = segments.require(terms.segment_ids, lock=True)


def _write_segments(promo_id: int, segment_ids: tuple[int, ...]) -> None:
    session().execute(delete(PromoSegment).where(PromoSegment.promo_id == promo_id))
    session().execute(
        insert(PromoSegment),
        [{"promo_id": promo_id, "segment_id": each} for each in sorted(set(segment_ids))],
    )


def _record_published(promo: Promo, before: State, now: datetime, *, was: bool) -> None:
    if promo.published is not was:
        action = "promo.published" if promo.published else "promo.withdrawn"
        trail.record_step(action, promo, before, state_at(promo, now))


def _finish(promos: Sequence[Promo], now: datetime) -> None:
    """Leave cache and bells in step with the rows, and these fresh for whoever shows them."""
    session().flush()
    fresh = select(Promo).where(Promo.id.in_([promo.id for promo in promos]))
    session().scalars(fresh, execution_options={"populate_existing": True}).all()
    cache.mark_stale(cache.TERMS)
    for promo in promos:
        cache.mark_stale(cache.units_stamp(promo.id))
        follow(promo, state_at(promo, now) in {State.SCHEDULED, State.RUNNING}, now)

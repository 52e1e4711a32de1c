"""What a change of the catalogue means for promos.

A promo carries its store's point and its product's regular price; they follow while it is not
over, and then stay as the record of what was offered. What a live promo needs cannot be deleted,
nor can its price be in another currency; drafts go with their product. Products and stores are
locked before promos, here and in `lifecycle`. A caller may pass the `updated_at` that it has
`seen`: a row that has changed since is left alone.
"""

from collections.abc import Collection
from datetime import datetime
from typing import Any, Unpack

from sqlalchemy import ColumnElement, and_, select, update

from flashpromo import audit
from flashpromo.audience import reach, segments
from flashpromo.db import app_now, session
from flashpromo.errors import InUse, InvalidFields, demand_unchanged
from flashpromo.market import products, stores
from flashpromo.market.models import Product, Store
from flashpromo.market.products import ProductChanges
from flashpromo.market.stores import Scope, StoreChanges
from flashpromo.promos.models import Promo, PromoRun
from flashpromo.promos.states import FINISHED, LIVE, State, state_is


def change_store(
    store_id: int, scope: Scope, *, seen: datetime | None = None, **changes: Unpack[StoreChanges]
) -> Store:
    """Change a store; the promos of a store that moves move with it.

    Raises:
        NotFound: no such store in `scope`.
        PreconditionFailed: it was changed since it was seen.
        InvalidFields: a value is not allowed, or the currency changes while a promo of the store is
            published and not over: its price would be another one overnight.
    """
    store = stores.get(store_id, scope=scope, for_update=True)
    demand_unchanged(store.updated_at, seen)
    before = (store.latitude, store.longitude)
    if changes.get("currency", store.currency) != store.currency:
        _demand_nothing_priced(store)
    stores.change(store, **changes)
    if (store.latitude, store.longitude) != before:
        place = select(Store.location).where(Store.id == store_id).scalar_subquery()
        _update(_of_products(products.ids_of(store_id)), location=place)
    return store


def change_product(
    product_id: int,
    scope: Scope,
    *,
    seen: datetime | None = None,
    **changes: Unpack[ProductChanges],
) -> Product:
    """Change a product; its promos follow its regular price.

    Raises:
        NotFound: no such product in `scope`.
        PreconditionFailed: it was changed since it was seen.
        InvalidFields: a value is not allowed, or the price is not above that of one of its promos.
    """
    product = products.get(product_id, scope=scope, for_update=True)
    demand_unchanged(product.updated_at, seen)
    before = product.regular_price
    products.change(product, **changes)
    if product.regular_price != before:
        _demand_above_promos(product)
        _update(_of_products([product_id]), regular_price=product.regular_price)
    return product


def remove_store(store_id: int, scope: Scope, *, seen: datetime | None = None) -> None:
    """Delete a store with its products and their drafts.

    Raises:
        NotFound: no such store in `scope`.
        PreconditionFailed: it was changed since it was seen.
        InUse: one of its promos is scheduled, running or paused.
    """
    store = stores.get(store_id, scope=scope, for_update=True)
    demand_unchanged(store.updated_at, seen)
    product_ids = products.ids_of(store_id)
    _demand_unused(_of_products(product_ids))
    _remove_drafts(product_ids, store_id)
    stores.remove(store)


def remove_product(product_id: int, scope: Scope, *, seen: datetime | None = None) -> None:
    """Delete a product with its drafts.

    Raises:
        NotFound: no such product in `scope`.
        PreconditionFailed: it was changed since it was seen.
        InUse: one of its promos is scheduled, running or paused.
    """
    product = products.get(product_id, scope=scope, for_update=True)
    demand_unchanged(product.updated_at, seen)
    _demand_unused(_of_products([product_id]))
    _remove_drafts([product_id], product.store_id)
    products.remove(product)


def remove_segment(segment_id: int, *, seen: datetime | None = None) -> None:
    """Delete a segment.

    Raises:
        NotFound: no such segment.
        PreconditionFailed: it was changed since it was seen.
        InUse: a promo that is not over is offered to it.
    """
    segment = segments.get(segment_id, for_update=True)
    demand_unchanged(segment.updated_at, seen)
    _demand_unused(Promo.segment_ids.contains([segment_id]), (*LIVE, State.DRAFT))
    segments.remove(segment)


def _of_products(product_ids: Collection[int]) -> ColumnElement[bool]:
    return Promo.product_id.in_(product_ids)


def _in_state(
    condition: ColumnElement[bool], states: Collection[State], now: datetime
) -> ColumnElement[bool]:
    """Promos of `condition` in one of `states`, as a condition on the promo's id."""
    return Promo.id.in_(
        select(Promo.id)
        .join(PromoRun, PromoRun.promo_id == Promo.id)
        .where(condition, Promo.deleted_at.is_(None), state_is(states, reach.at(now)))
        .correlate(None)
    )


def _update(condition: ColumnElement[bool], **values: Any) -> None:
    """Write the promos of `condition` that are not over."""
    open_states = set(State) - FINISHED
    session().execute(
        update(Promo)
        .where(_in_state(condition, open_states, app_now()))
        .values(**values)
        .execution_options(synchronize_session=False)
    )


def _demand_nothing_priced(store: Store) -> None:
    """Raise `InvalidFields` while somebody may buy at a price in the currency of the store."""
    of_store = _in_state(_of_products(products.ids_of(store.id)), LIVE, app_now())
    promo_id = session().scalar(select(Promo.id).where(of_store).order_by(Promo.id))
    if promo_id is not None:
        said = f"Must stay {store.currency} until promo {promo_id} is over."
        raise InvalidFields({"currency": said})


def _demand_above_promos(product: Product) -> None:
    dearer = and_(_of_products([product.id]), Promo.promo_price >= product.regular_price)
    open_states = set(State) - FINISHED
    promo_id = session().scalar(
        select(Promo.id).where(_in_state(dearer, open_states, app_now())).order_by(Promo.id)
    )
    if promo_id is not None:
        raise InvalidFields({"regular_price": f"Must be above the price of promo {promo_id}."})


def _demand_unused(condition: ColumnElement[bool], states: Collection[State] = tuple(LIVE)) -> None:
    promo_ids = list(
        session().scalars(
            select(Promo.id).where(_in_state(condition, states, app_now())).order_by(Promo.id)
        )
    )
    if promo_ids:
        raise InUse(f"Promo {promo_ids[0]} still needs it.", promo_ids=promo_ids)


def _remove_drafts(product_ids: Collection[int], store_id: int) -> None:
    now = app_now()
    gone = session().scalars(
        update(Promo)
        .where(_in_state(_of_products(product_ids), [State.DRAFT], now))
        .values(deleted_at=now)
        .returning(Promo.id)
        .execution_options(synchronize_session=False)
    )
    for promo_id in sorted(gone):
        draft = {"state": State.DRAFT}
        audit.record("promo.deleted", "promo", promo_id, store_id=store_id, before=draft)

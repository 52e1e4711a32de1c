"""Stores: what may be said of them, and who sees which.

`scope` is a collection of store ids, or None for all of them: a merchant's doors pass the stores it
is a member of, so that somebody else's store is simply not found. Deleted stores are never found.
What a change means for promos is said by `promos.catalogue`, which calls these.
"""

from collections.abc import Collection, Sequence
from typing import Final, TypedDict, Unpack

from sqlalchemy import ColumnElement, func, select, true

from flashpromo import audit, cache, config, db
from flashpromo.accounts import links
from flashpromo.accounts.models import OneTimeLink
from flashpromo.audit.writing import Values
from flashpromo.errors import NotFound
from flashpromo.fields import Checks
from flashpromo.ids import one_of
from flashpromo.letters import outbox
from flashpromo.letters.models import Letter
from flashpromo.market import products
from flashpromo.market.models import Store

Scope = Collection[int] | None

TOLD: Final = ("name", "latitude", "longitude", "time_zone", "currency")
"""What the log tells of a store."""


class StoreChanges(TypedDict, total=False):
    """What may be changed; degrees for the place, an IANA name for the zone, ISO 4217 for money."""

    name: str
    latitude: float
    longitude: float
    time_zone: str
    currency: str


def create(
    *, name: str, latitude: float, longitude: float, time_zone: str, currency: str | None = None
) -> Store:
    """Open a store; `InvalidFields` when a value is not allowed.

    Without a currency it has the marketplace's.
    """
    given = StoreChanges(
        name=name,
        latitude=latitude,
        longitude=longitude,
        time_zone=time_zone,
        currency=config.current().marketplace_currency if currency is None else currency,
    )
    store = Store(**_checked(given))
    db.session().add(store)
    db.session().flush()
    _record("store.created", store, after=audit.snapshot(store, *TOLD))
    cache.mark_stale(cache.TERMS)
    return store


def change(store: Store, **changes: Unpack[StoreChanges]) -> Store:
    """Change what is given of a store that was got `for_update`."""
    before = audit.snapshot(store, *TOLD)
    for name, value in _checked(changes).items():
        setattr(store, name, value)
    store.updated_at = db.app_now()
    db.session().flush()
    _record("store.changed", store, before=before, after=audit.snapshot(store, *TOLD))
    cache.mark_stale(cache.TERMS)
    return store


def remove(store: Store) -> None:
    """Delete a store that was got `for_update`, and its products with it; the rows stay.

    Whoever is invited into it cannot come any more.
    """
    store.deleted_at = db.app_now()
    products.remove_all_of(store.id, store.deleted_at)
    db.session().flush()
    outbox.drop(Letter.store_id == store.id, "store_deleted")
    links.burn(OneTimeLink.store_id == store.id)
    _record("store.deleted", store, before=audit.snapshot(store, *TOLD))
    cache.mark_stale(cache.TERMS)


def get(store_id: int, *, scope: Scope = None, for_update: bool = False) -> Store:
    """One store; `NotFound` when it does not exist, is deleted or is out of scope."""
    query = select(Store).where(Store.id == store_id, seen(scope))
    if for_update:
        query = query.with_for_update().execution_options(populate_existing=True)
    store = db.session().scalar(query)
    if store is None:
        raise NotFound(f"There is no store {store_id}.")
    return store


def page(
    *, scope: Scope = None, words: str | None = None, limit: int, offset: int
) -> tuple[int, Sequence[Store]]:
    """How many stores there are, and those of one page, oldest first.

    Args:
        scope: see above.
        words: part of their name, in any case.
        limit: how many a page has.
        offset: how many come before it.
    """
    wanted = seen(scope)
    if words is not None:
        wanted &= Store.name.icontains(words, autoescape=True)
    count = db.session().scalar(select(func.count()).select_from(Store).where(wanted))
    query = select(Store).where(wanted).order_by(Store.id).limit(limit).offset(offset)
    return count or 0, db.session().scalars(query).all()


def seen(scope: Scope) -> ColumnElement[bool]:
    """The predicate behind every read: not deleted, and in scope."""
    in_scope = one_of(Store.id, scope) if scope is not None else true()
    return Store.deleted_at.is_(None) & in_scope


def _record(
    action: str, store: Store, *, before: Values | None = None, after: Values | None = None
) -> None:
    audit.record(action, "store", store.id, store_id=store.id, before=before, after=after)


def _checked(given: StoreChanges) -> StoreChanges:
    checks, cleaned = Checks(), given.copy()
    if "name" in given:
        cleaned["name"] = checks.line("name", given["name"], longest=200)
    if "latitude" in given:
        checks.latitude("latitude", given["latitude"])
    if "longitude" in given:
        checks.longitude("longitude", given["longitude"])
    if "time_zone" in given:
        checks.time_zone("time_zone", given["time_zone"])
    if "currency" in given:
        checks.currency("currency", given["currency"])
    checks.done()
    return cleaned

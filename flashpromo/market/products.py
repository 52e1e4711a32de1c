"""Products: something a store sells at a regular price.

`scope` means what it means for stores. What a new price means for promos is said by
`promos.catalogue`, which calls these.
"""

from collections.abc import Collection, Sequence
from datetime import datetime
from decimal import Decimal
from typing import TypedDict, Unpack

from sqlalchemy import ColumnElement, func, select, true, update

from flashpromo import cache, db
from flashpromo.errors import NotFound
from flashpromo.fields import Checks
from flashpromo.market.models import Product, Store


class ProductChanges(TypedDict, total=False):
    """What may be changed; a product stays with its store, whose place its promos carry."""

    name: str
    regular_price: Decimal


def create(store: Store, *, name: str, regular_price: Decimal) -> Product:
    """Add a product to a store; `InvalidFields` when a value is not allowed."""
    given = ProductChanges(name=name, regular_price=regular_price)
    product = Product(store=store, **_checked(given))
    db.session().add(product)
    db.session().flush()
    cache.mark_stale(cache.TERMS)
    return product


def change(product: Product, **changes: Unpack[ProductChanges]) -> Product:
    """Change what is given of a product that was got `for_update`."""
    for name, value in _checked(changes).items():
        setattr(product, name, value)
    product.updated_at = db.app_now()
    db.session().flush()
    cache.mark_stale(cache.TERMS)
    return product


def remove(product: Product) -> None:
    """Delete a product that was got `for_update`; the row stays for what was sold."""
    product.deleted_at = db.app_now()
    db.session().flush()
    cache.mark_stale(cache.TERMS)


def remove_all_of(store_id: int, at: datetime) -> None:
    """Delete every product of a store that goes."""
    of_store = (Product.store_id == store_id) & Product.deleted_at.is_(None)
    db.session().execute(update(Product).where(of_store).values(deleted_at=at))


def find(product_id: int) -> Product | None:
    """The product, whosever it is, unless it is deleted."""
    return db.session().scalar(select(Product).where(Product.id == product_id, seen(None)))


def get(
    product_id: int, *, scope: Collection[int] | None = None, for_update: bool = False
) -> Product:
    """One product; `NotFound` when it does not exist, is deleted or is out of scope."""
    query = select(Product).where(Product.id == product_id, seen(scope))
    if for_update:
        query = query.with_for_update(of=Product).execution_options(populate_existing=True)
    product = db.session().scalar(query)
    if product is None:
        raise NotFound(f"There is no product {product_id}.")
    return product


def ids_of(store_id: int) -> list[int]:
    """The ids of the products that a store still has."""
    of_store = (Product.store_id == store_id) & Product.deleted_at.is_(None)
    return list(db.session().scalars(select(Product.id).where(of_store).order_by(Product.id)))


def page(
    *, scope: Collection[int] | None = None, limit: int, offset: int
) -> tuple[int, Sequence[Product]]:
    """How many products there are, and those of one page, oldest first."""
    count = db.session().scalar(select(func.count()).select_from(Product).where(seen(scope)))
    query = select(Product).where(seen(scope)).order_by(Product.id).limit(limit).offset(offset)
    return count or 0, db.session().scalars(query).all()


def seen(scope: Collection[int] | None) -> ColumnElement[bool]:
    """The predicate behind every read: not deleted (a store takes its products along), in scope."""
    in_scope = Product.store_id.in_(scope) if scope is not None else true()
    return Product.deleted_at.is_(None) & in_scope


def _checked(given: ProductChanges) -> ProductChanges:
    checks, cleaned = Checks(), given.copy()
    if "name" in given:
        cleaned["name"] = checks.line("name", given["name"], longest=200)
    if "regular_price" in given:
        cleaned["regular_price"] = checks.price("regular_price", given["regular_price"])
    checks.done()
    return cleaned

"""Products: something a store sells at a regular price.

`scope` means what it means for stores. What a new price means for promos is said by
`promos.catalogue`, which calls these.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any, Final, NamedTuple, TypedDict, Unpack

from sqlalchemy import ColumnElement, func, select, true, update
from sqlalchemy.exc import IntegrityError

from flashpromo import audit, cache, db
from flashpromo.audit.writing import Values
from flashpromo.errors import InvalidFields, NotFound
from flashpromo.fields import Checks
from flashpromo.ids import one_of
from flashpromo.market.models import Product, Store

TOLD: Final = ("name", "regular_price", "external_id")
"""What the log tells of a product."""

COLUMNS: Final[Mapping[str, Any]] = {
    "id": Product.id,
    "name": Product.name,
    "regular_price": Product.regular_price,
    "external_id": Product.external_id,
}
ORDERS: Final = tuple(f"{sign}{name}" for name in COLUMNS for sign in ("", "-"))
"""The names of the orders of a list; a minus turns one around."""
BLOCK_ROWS: Final = 2_000


class Listed(NamedTuple):
    """A product in a list of all of them."""

    id: int
    external_id: str | None
    name: str
    regular_price: Decimal
    currency: str
    store_id: int
    store_name: str


class ProductChanges(TypedDict, total=False):
    """What may be changed; a product stays with its store, whose place its promos carry."""

    name: str
    regular_price: Decimal
    external_id: str | None


def create(
    store: Store, *, name: str, regular_price: Decimal, external_id: str | None = None
) -> Product:
    """Add a product to a store; `InvalidFields` when a value is not allowed or taken."""
    given = ProductChanges(name=name, regular_price=regular_price, external_id=external_id)
    product = Product(store=store, **_checked(given))
    db.session().add(product)
    _flush()
    _record("product.created", product, after=audit.snapshot(product, *TOLD))
    cache.mark_stale(cache.TERMS)
    return product


def change(product: Product, **changes: Unpack[ProductChanges]) -> Product:
    """Change what is given of a product that was got `for_update`."""
    now, before = db.app_now(), audit.snapshot(product, *TOLD)
    for name, value in _checked(changes).items():
        setattr(product, name, value)
    product.updated_at = now
    _flush()
    _record("product.changed", product, before=before, after=audit.snapshot(product, *TOLD))
    cache.mark_stale(cache.TERMS)
    return product


def remove(product: Product) -> None:
    """Delete a product that was got `for_update`; the row stays for what was sold."""
    product.deleted_at = db.app_now()
    db.session().flush()
    _record("product.deleted", product, before=audit.snapshot(product, *TOLD))
    cache.mark_stale(cache.TERMS)


def remove_all_of(store_id: int, at: datetime) -> None:
    """Delete every product of a store that goes."""
    of_store = (Product.store_id == store_id) & Product.deleted_at.is_(None)
    gone = update(Product).where(of_store).values(deleted_at=at).returning(Product.id, Product.name)
    for row in db.session().execute(gone):
        audit.record(
            "product.deleted", "product", row.id, store_id=store_id, before={"name": row.name}
        )


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


class ProductFilter(TypedDict, total=False):
    """Which products: None narrows nothing.

    `words` are part of their name, in any case; `sought` of their name or of their outside id.
    """

    store_id: int | None
    external_id: str | None
    words: str | None
    sought: str | None


def page(
    *,
    scope: Collection[int] | None = None,
    limit: int,
    offset: int,
    order: str = "id",
    **wanted: Unpack[ProductFilter],
) -> tuple[int, Sequence[Product]]:
    """How many products there are, and those of one page, in one of the `ORDERS`."""
    where, column = _wanted(scope, wanted), COLUMNS[order.removeprefix("-")]
    by = column.desc() if order.startswith("-") else column.asc()
    by = by.nulls_last() if column.nullable else by
    count = db.session().scalar(select(func.count()).select_from(Product).where(where))
    query = select(Product).where(where).order_by(by, Product.id).limit(limit).offset(offset)
    return count or 0, db.session().scalars(query).all()


def every(
    *, scope: Collection[int] | None = None, **wanted: Unpack[ProductFilter]
) -> Iterator[Listed]:
    """All of them, oldest first, read block by block: memory does not grow with their number."""
    where = _wanted(scope, wanted)
    query = (
        select(
            Product.id,
            Product.external_id,
            Product.name,
            Product.regular_price,
            Store.currency,
            Store.id,
            Store.name,
        )
        .join(Store, Store.id == Product.store_id)
        .where(where)
        .order_by(Product.id)
        .limit(BLOCK_ROWS)
    )
    last = 0
    while block := db.session().execute(query.where(Product.id > last)).all():
        yield from map(Listed._make, block)
        last = block[-1][0]


def seen(scope: Collection[int] | None) -> ColumnElement[bool]:
    """The predicate behind every read: not deleted (a store takes its products along), in scope."""
    in_scope = one_of(Product.store_id, scope) if scope is not None else true()
    return Product.deleted_at.is_(None) & in_scope


def _record(
    action: str, product: Product, *, before: Values | None = None, after: Values | None = None
) -> None:
    store_id = product.store_id
    audit.record(action, "product", product.id, store_id=store_id, before=before, after=after)


def _wanted(scope: Collection[int] | None, wanted: ProductFilter) -> ColumnElement[bool]:
    where = seen(scope)
    if (store_id := wanted.get("store_id")) is not None:
        where &= Product.store_id == store_id
    if (external_id := wanted.get("external_id")) is not None:
        where &= Product.external_id == external_id
    if (words := wanted.get("words")) is not None:
        where &= Product.name.icontains(words, autoescape=True)
    if (sought := wanted.get("sought")) is not None:
        named = Product.name.icontains(sought, autoescape=True)
        where &= named | Product.external_id.icontains(sought, autoescape=True)
    return where


def _flush() -> None:
    """The unique index tells two equal outside ids of one instant apart."""
    try:
        db.session().flush()
    except IntegrityError as error:
        taken = "Another product of the store has this outside id."
        raise InvalidFields({"external_id": taken}) from error


def _checked(given: ProductChanges) -> ProductChanges:
    checks, cleaned = Checks(), given.copy()
    if "name" in given:
        cleaned["name"] = checks.line("name", given["name"], longest=200)
    if "regular_price" in given:
        cleaned["regular_price"] = checks.price("regular_price", given["regular_price"])
    external_id = given.get("external_id")
    if external_id is not None:
        cleaned["external_id"] = checks.line("external_id", external_id, longest=200)
    checks.done()
    return cleaned

"""The stores of the demo, their merchants and what they sell; made once, found again.

A store is recognised by its owner, a product by its name, so a visitor may rename the one and
change the other's price.
"""

from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from sqlalchemy import Select, select

from flashpromo.accounts import sign_ins, users
from flashpromo.audience import segments
from flashpromo.audience.models import Segment
from flashpromo.db import session
from flashpromo.demo.people import SEGMENTS
from flashpromo.demo.places import (
    CURRENCY,
    JARDIN_CENTENARIO,
    PLAZA_DE_LA_TECNOLOGIA,
    TIME_ZONE,
    Point,
)
from flashpromo.errors import Conflict
from flashpromo.market import members, products, stores
from flashpromo.market.members import Role
from flashpromo.market.models import Member, Product, Store

PASSWORD: Final = "flash-demo"  # noqa: S105 - it is printed on every start of the demo
OPERATOR: Final = "admin"


@dataclass(frozen=True)
class Shop:
    """A store of the demo and its products with their regular prices."""

    owner: str
    name: str
    place: Point
    products: dict[str, Decimal]


SHOPS: Final = (
    Shop(
        "techshop",
        "TechShop",
        PLAZA_DE_LA_TECNOLOGIA,
        {
            "Headphones XYZ": Decimal("999.00"),
            "Mechanical keyboard": Decimal("1899.00"),
            "27-inch monitor": Decimal("4299.00"),
            "USB-C dock": Decimal("1499.00"),
        },
    ),
    Shop(
        "cafe",
        "Café",
        JARDIN_CENTENARIO,
        {"Cold brew": Decimal("65.00"), "Breakfast for two": Decimal("280.00")},
    ),
)


def ensure_segments() -> None:
    """Create the segments that are missing."""
    present = set(session().scalars(select(Segment.name).where(segments.NOT_DELETED)))
    for name, description in SEGMENTS.items():
        if name not in present:
            segments.create(name=name, description=description)


def ensure_users() -> None:
    """Create the operator and the merchants that are missing; an account that is there stays."""
    users.ensure_operator(OPERATOR, f"{OPERATOR}@example.com", PASSWORD)
    for shop in SHOPS:
        if sign_ins.find(shop.owner) is None:
            users.create_merchant(shop.owner, f"{shop.owner}@example.com", PASSWORD)


def ensure_shops() -> None:
    """Create the stores and products that are missing, each store with its owner."""
    for shop in SHOPS:
        store = find_store(shop) or _open(shop)
        present = set(session().scalars(_of(store).with_only_columns(Product.name)))
        for name, price in shop.products.items():
            if name not in present:
                products.create(store, name=name, regular_price=price)


def find_store(shop: Shop) -> Store | None:
    """The oldest store that the shop's owner owns."""
    owner = sign_ins.find(shop.owner)
    if owner is None:
        return None
    return session().scalar(
        select(Store)
        .join(Member, Member.store_id == Store.id)
        .where(
            Member.user_id == owner.user_id,
            Member.role == Role.OWNER,
            stores.seen(None),
        )
        .order_by(Store.id)
        .limit(1)
    )


def find_product(name: str) -> Product:
    """The demo's product of that name; it was ensured before."""
    for shop in SHOPS:
        if name in shop.products and (store := find_store(shop)) is not None:
            return session().scalars(_of(store).where(Product.name == name)).all()[0]
    raise LookupError(name)


def _open(shop: Shop) -> Store:
    owner = sign_ins.find(shop.owner)
    if owner is None or owner.user_id is None:
        raise Conflict(f"The user name {shop.owner} belongs to somebody else.")
    store = stores.create(
        name=shop.name,
        latitude=shop.place.latitude,
        longitude=shop.place.longitude,
        time_zone=TIME_ZONE,
        currency=CURRENCY,
    )
    members.put(store.id, owner.user_id, Role.OWNER)
    return store


def _of(store: Store) -> Select[Product]:
    return (
        select(Product)
        .where(Product.store_id == store.id, products.seen(None))
        .order_by(Product.id)
    )

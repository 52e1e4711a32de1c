"""Stores in the cities, their products, and the people behind them.

Ids are given, not drawn: the first store stands on the main square and belongs to a merchant of its
own, the next ones are a chain's.
"""

import random
from collections.abc import Iterator
from decimal import Decimal
from typing import Final

from bench.town.cities import CENTRE, TIME_ZONE, country
from bench.town.copying import Row, copy
from bench.town.size import Size
from flashpromo.accounts import sign_ins, tokens, users
from flashpromo.accounts.principal import TokenKind
from flashpromo.db import session
from flashpromo.market import members
from flashpromo.market.members import Role

CORNER: Final = "corner"
CHAIN: Final = "chain"
OPERATOR: Final = "operator"
PEOPLE: Final = (CORNER, CHAIN, OPERATOR)
CORNER_STORE: Final = 1
ON_THE_SQUARE: Final = (CORNER_STORE, 2)
"""Stores of both merchants in the middle of the crowd: their products are the ones to count for."""
SEGMENTS: Final = ("New users", "Frequent buyers", "VIP", "Students")
GOODS: Final = ("Headphones", "Cold brew", "Keyboard", "Monitor", "Breakfast for two")
PASSWORD: Final = "bench-only"  # noqa: S105 - of a database that is gone afterwards


def store_of(product_id: int, size: Size) -> int:
    """Products are dealt out: the first store has the first one, the second the next."""
    return (product_id - 1) % size.stores + 1


def regular_price(product_id: int) -> Decimal:
    """From 101.00 to 1,000.00."""
    return Decimal(101 + product_id % 900)


def load(size: Size) -> None:
    """Write segments, stores, products, and their members, in the open transaction."""
    copy("segment", ("id", "name"), enumerate(SEGMENTS, start=1))
    copy("store", ("id", "name", "latitude", "longitude", "time_zone", "currency"), _stores(size))
    copy("product", ("id", "store_id", "name", "regular_price"), _products(size))
    users.create_operator(OPERATOR, "", PASSWORD)
    users.create_merchant(CORNER, "", PASSWORD)
    users.create_merchant(CHAIN, "", PASSWORD)
    session().flush()
    members.put(CORNER_STORE, _user_id(CORNER), Role.OWNER)
    for store_id in range(2, 2 + size.chain_stores):
        members.put(store_id, _user_id(CHAIN), Role.OWNER)


def begin_session(username: str) -> str:
    """The value of the cookie of somebody who has signed in."""
    owner = sign_ins.find(username)
    if owner is None:
        raise LookupError(username)
    return tokens.issue(owner, hours=24, kind=TokenKind.SESSION).token


def _user_id(username: str) -> int:
    owner = sign_ins.find(username)
    if owner is None or owner.user_id is None:
        raise LookupError(username)
    return owner.user_id


def _stores(size: Size) -> Iterator[Row]:
    dice = random.Random("stores")  # noqa: S311 - the same each time, on purpose
    for number in range(1, size.stores + 1):
        latitude, longitude = CENTRE if number in ON_THE_SQUARE else country().place(dice)
        yield number, f"Store {number:05}", latitude, longitude, TIME_ZONE, "MXN"


def _products(size: Size) -> Iterator[Row]:
    for number in range(1, size.products + 1):
        name = f"{GOODS[number % len(GOODS)]} {number:06}"
        yield number, store_of(number, size), name, regular_price(number)

"""Units, and what was reserved and bought of them."""

import random
from collections.abc import Iterator
from datetime import timedelta
from typing import Final
from uuid import UUID

from bench.town.copying import Row, copy
from bench.town.market import regular_price
from bench.town.promos import Planned
from bench.town.size import Size

UNIT: Final = (
    *("promo_id", "unit_no", "fence", "held_by", "held_until", "reservation_id"),
    *("sold_at", "closed"),
)
RESERVATION: Final = (
    *("promo_id", "id", "reservation_id", "client_id", "unit_no", "fence", "price"),
    *("created_at", "expires_at", "completed_at"),
)
PURCHASE: Final = ("promo_id", "unit_no", "reservation_id", "client_id", "price", "purchased_at")


def load(size: Size, promos: list[Planned]) -> None:
    """Write them, in the open transaction."""
    sold = list(_sold(size, promos))
    buyers = {(each.number, unit): (client, key) for each, unit, client, key in sold}
    copy("promo_unit", UNIT, _units(promos, buyers))
    copy("reservation", RESERVATION, _reservations(sold))
    copy("purchase", PURCHASE, _purchases(sold))


Sold = tuple[Planned, int, int, UUID]


def _sold(size: Size, promos: list[Planned]) -> Iterator[Sold]:
    """The promo, the number of the unit, who bought it, and the public id of the reservation."""
    dice = random.Random("sales")  # noqa: S311 - the same each time, on purpose
    for each in promos:
        for unit in range(1, each.sold + 1):
            yield each, unit, dice.randint(1, size.clients), UUID(int=dice.getrandbits(128))


def _units(promos: list[Planned], buyers: dict[tuple[int, int], tuple[int, UUID]]) -> Iterator[Row]:
    for each in promos:
        for unit in range(1, each.quantity + 1):
            if (each.number, unit) in buyers:
                client, key = buyers[each.number, unit]
                held_until = each.start + timedelta(seconds=60 + unit)
                sold_at = held_until - timedelta(seconds=30)
                yield each.number, unit, 1, client, held_until, key, sold_at, False
            else:
                closed = each.state == "cancelled"
                yield each.number, unit, 0, None, None, None, None, closed


def _reservations(sold: list[Sold]) -> Iterator[Row]:
    for number, (each, unit, client, key) in enumerate(sold, start=1):
        begun = each.start + timedelta(seconds=unit)
        ended, bought = begun + timedelta(seconds=60), begun + timedelta(seconds=30)
        yield each.number, number, key, client, unit, 1, _price(each), begun, ended, bought


def _purchases(sold: list[Sold]) -> Iterator[Row]:
    for each, unit, client, key in sold:
        yield (
            each.number,
            unit,
            key,
            client,
            _price(each),
            each.start + timedelta(seconds=30 + unit),
        )


def _price(each: Planned) -> object:
    return regular_price(each.product_id) * 6 / 10

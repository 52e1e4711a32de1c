"""The stage of the story: a stand at the Palacio de Bellas Artes with two products to sell.

Its promos are for segments of its own, so nobody but its guests is told of them.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Final

from sqlalchemy import select

from flashpromo.audience import segments
from flashpromo.audience.models import Segment
from flashpromo.db import app_now, session
from flashpromo.demo.guests import GUESTS, OTHERS, RADIUS_M
from flashpromo.demo.places import BELLAS_ARTES, TIME_ZONE
from flashpromo.market import products, stores
from flashpromo.market.models import Product, Store
from flashpromo.promos import lifecycle, queries
from flashpromo.promos.models import Promo
from flashpromo.promos.queries import EVERYTHING
from flashpromo.promos.states import LIVE
from flashpromo.promos.terms import Terms

STAND: Final = "Story stand at Bellas Artes"
LAMP, MUG = "Story lamp", "Story mug"
PRICES: Final = {LAMP: Decimal("199.00"), MUG: Decimal("89.00")}


def ensure_stand() -> None:
    """Make the segments, the stand and its products, if they are not there."""
    present = set(session().scalars(select(Segment.name).where(segments.NOT_DELETED)))
    for name in {GUESTS, OTHERS} - present:
        segments.create(name=name, description="Comes and goes with each demo story")
    store = _stand() or stores.create(
        name=STAND,
        latitude=BELLAS_ARTES.latitude,
        longitude=BELLAS_ARTES.longitude,
        time_zone=TIME_ZONE,
    )
    for name in PRICES.keys() - {product.name for product in _products(store)}:
        products.create(store, name=name, regular_price=PRICES[name])


def left_over_promos() -> list[int]:
    """The ids of promos that an interrupted story left alive."""
    found = []
    for name in PRICES:
        _, live = queries.page(
            EVERYTHING, app_now(), states=LIVE, product_id=product(name).id, limit=100
        )
        found += [promo.id for promo in live]
    return found


def publish(name: str, start: datetime, minutes: int) -> Promo:
    """Publish a promo at half the price, one piece, for the guests within two kilometres."""
    sold = product(name)
    guests = session().scalars(
        select(Segment.id).where(Segment.name == GUESTS, segments.NOT_DELETED)
    )
    terms = Terms(
        product_id=sold.id,
        promo_price=(sold.regular_price / 2).quantize(Decimal("0.01")),
        start_time=start,
        end_time=start + timedelta(minutes=minutes),
        segment_ids=tuple(guests),
        max_distance_km=Decimal(RADIUS_M) / 1000,
    )
    return lifecycle.create(terms, publish=True)


def product(name: str) -> Product:
    """One of the stand's products, which were ensured."""
    found = {each.name: each for each in _products(_stand())}
    return found[name]


def _stand() -> Store | None:
    return session().scalar(
        select(Store).where(Store.name == STAND, stores.seen(None)).order_by(Store.id).limit(1)
    )


def _products(store: Store | None) -> Sequence[Product]:
    of_store = Product.store_id == (store.id if store is not None else None)
    return (
        session()
        .scalars(select(Product).where(of_store, products.seen(None)).order_by(Product.id.desc()))
        .all()
    )

"""The characters of the tests.

TechShop stands on the Zócalo of Mexico City. Alice is near and a new user; Bob is a new user too,
but far; Carol is near and has muted promos; Dan is near, but only a frequent buyer; Erin is near,
but her fix is too old; Frank has no location.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from flashpromo.audience.models import Client, Segment
from flashpromo.db import app_now, session, transaction
from flashpromo.market.models import Product, Store

LATITUDE, LONGITUDE = 19.432608, -99.133209
METRE = 1 / 110_669  # degrees of latitude a metre, at this latitude


@dataclass
class World:
    """The ids of everything that stands in the database."""

    now: datetime
    store_id: int = 0
    product_id: int = 0
    new_users: int = 0
    frequent: int = 0
    clients: dict[str, int] = field(default_factory=dict)

    @classmethod
    def build(cls) -> "World":
        """Write the characters with one commit."""
        with transaction():
            world = cls(now=app_now())
            segments = [Segment(name="New users"), Segment(name="Frequent buyers")]
            store = Store(
                name="TechShop",
                latitude=LATITUDE,
                longitude=LONGITUDE,
                time_zone="America/Mexico_City",
            )
            session().add_all([*segments, store])
            session().flush()
            world.store_id = store.id
            world.new_users, world.frequent = (segment.id for segment in segments)
            product = Product(
                store_id=store.id, name="Headphones XYZ", regular_price=Decimal("999.00")
            )
            session().add(product)
            session().flush()
            world.product_id = product.id
            world.add_client("alice", metres=100)
            world.add_client("bob", metres=30_000)
            world.add_client("carol", metres=200, opted_in=False)
            world.add_client("dan", metres=300, segment_ids=[world.frequent])
            world.add_client("erin", metres=400, located_at=world.now - timedelta(days=31))
            world.add_client("frank", latitude=None, longitude=None, located_at=None)
        return world

    def add_client(self, name: str, metres: float = 0, **values: Any) -> int:
        """Put a client `metres` north of TechShop, inside the caller's transaction."""
        client = Client(
            **{
                "latitude": LATITUDE + metres * METRE,
                "longitude": LONGITUDE,
                "located_at": self.now,
                "segment_ids": [self.new_users],
                "time_zone": "America/Mexico_City",
            }
            | values
        )
        session().add(client)
        session().flush()
        self.clients[name] = client.id
        return client.id

    def add_product(self, name: str) -> int:
        """Give TechShop one more product at 999.00, inside the caller's transaction."""
        product = Product(store_id=self.store_id, name=name, regular_price=Decimal("999.00"))
        session().add(product)
        session().flush()
        return product.id

    def __getattr__(self, name: str) -> int:
        """`world.alice` is Alice's client id."""
        try:
            return self.__dict__["clients"][name]  # type: ignore[no-any-return]
        except KeyError:
            raise AttributeError(name) from None

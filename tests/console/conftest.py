"""A marketplace with two stores, and whoever looks into the console.

Nothing here leaves an application context open: a request that found one would share with the next
one what belongs to a single visitor.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

import pytest
from flask import Flask

from flashpromo.accounts import client_sign_ins, sign_ins, users
from flashpromo.db import app_now, session, transaction
from flashpromo.market import members
from flashpromo.market.members import Role
from flashpromo.market.models import Product, Store
from flashpromo.promos import lifecycle
from tests.pages.conftest import PASSWORD, Browser
from tests.story import terms
from tests.world import World

OWNER, STAFF, OTHER, NOBODY = "techshop", "tess", "cafe", "newcomer"
CONSOLE, PROMOS, SETTINGS = "/console/", "/console/promos/", "/console/settings/"


@dataclass
class Town:
    """TechShop sells headphones, Café sells coffee."""

    app: Flask
    world: World
    cafe_id: int
    coffee_id: int

    def promo(self, name: str, *, hours: float = 0, publish: bool = True, **changes) -> int:
        """A promo of TechShop on a product of its own, that starts in so many hours."""
        with self.app.app_context(), transaction():
            start = app_now() + timedelta(hours=hours)
            window = {"start_time": start, "end_time": start + timedelta(hours=2)}
            product_id = changes.pop("product_id", None) or self.world.add_product(name)
            wanted = terms(self.world, product_id=product_id, **{**window, **changes})
            return lifecycle.create(wanted, publish=publish).id

    def account(self, username: str) -> None:
        """An account of one of the people; what it is a member of goes by its name."""
        with self.app.app_context(), transaction():
            if username == "admin":
                users.create_operator(username, "", PASSWORD)
            elif username == "alice":
                client_sign_ins.save(self.world.alice, username=username, password=PASSWORD)
            else:
                users.create_merchant(username, "", PASSWORD)
                self._let_in(username)

    def _let_in(self, username: str) -> None:
        if username == STAFF:
            # A store has an owner; nobody signs in as this one.
            self.member(users.create_merchant("boss", "", PASSWORD).id, Role.OWNER)
        if username in {OWNER, STAFF}:
            role = Role.OWNER if username == OWNER else Role.STAFF
            self.member(sign_ins.find(username).user_id, role)
        elif username == OTHER:
            self.member(sign_ins.find(username).user_id, Role.OWNER, self.cafe_id)

    def member(self, user_id: int, role: Role, store_id: int | None = None) -> None:
        """Inside the caller's transaction."""
        members.put(store_id or self.world.store_id, user_id, role)


@pytest.fixture
def town(app: Flask, clean: None) -> Town:
    with app.app_context():
        world = World.build()
        with transaction():
            place = {"latitude": 19.35, "longitude": -99.16, "time_zone": "America/Mexico_City"}
            cafe = Store(name="Café", **place)
            session().add(cafe)
            session().flush()
            coffee = Product(store_id=cafe.id, name="Cold brew", regular_price=999)
            session().add(coffee)
            session().flush()
            return Town(app, world, cafe.id, coffee.id)


@pytest.fixture
def look_as(app: Flask, town: Town) -> Callable[[str], Browser]:
    """Sign somebody in, in a browser of its own."""
    known: set[str] = set()

    def look(username: str) -> Browser:
        if username not in known:
            town.account(username)
            known.add(username)
        browser = Browser(app.test_client())
        assert browser.sign_in(username).status_code == 303
        return browser

    return look


@pytest.fixture
def owner(look_as) -> Browser:
    return look_as(OWNER)

"""Alice and the others with a sign-in each, in front of the pages of the shop."""

import re
from dataclasses import dataclass
from html import unescape

import pytest
from flask import Flask, g
from werkzeug.test import TestResponse

from flashpromo.accounts import client_sign_ins, users
from flashpromo.db import transaction
from tests.pages.conftest import PASSWORD, Browser
from tests.world import World

SHOP = "/shop/"
INBOX = f"{SHOP}inbox/"
PLACE = f"{SHOP}place/"
SETTINGS = f"{SHOP}settings/"
YOURS = f"{SHOP}reservations/"
TAGS = re.compile(r"<[^>]+>")


def words(answer: TestResponse) -> str:
    """What a person reads of a page, on one line."""
    main = answer.text.partition("<main")[2] or answer.text
    return " ".join(unescape(TAGS.sub(" ", main)).split())


def promo_path(promo_id: int) -> str:
    return f"{SHOP}promos/{promo_id}/"


@dataclass
class Shopper(Browser):
    """A client's browser, signed in."""

    client_id: int = 0

    def get(self, path: str, **options) -> TestResponse:
        """A story holds one context open, in which a form's token would outlive its browser."""
        g.pop("csrf_token", None)
        return super().get(path, **options)

    def send(self, page: str, path: str, **fields: str) -> TestResponse:
        """Send a form of a page, and see the page that it leads to."""
        answer = self.submit(page, path, **fields)
        return self.get(answer.location) if answer.status_code == 303 else answer

    def reserve(self, promo_id: int) -> TestResponse:
        """By the button of the list."""
        return self.send(SHOP, f"{promo_path(promo_id)}reserve/")

    def end(self, promo_id: int, step: str) -> TestResponse:
        """By a button of the client's minute: `complete` or `release`."""
        page = self.get(promo_path(promo_id)).text
        found = re.search(rf'action="(/shop/reservations/[^"]*/{step}/)"', page)
        assert found, f"nothing to {step}"
        return self.send(promo_path(promo_id), found[1])


@dataclass
class Crowd:
    """Signs the characters in, each in a browser of its own."""

    app: Flask
    world: World

    def sign_in(self, name: str) -> Shopper:
        client_id = self.world.clients[name]
        with transaction():
            client_sign_ins.save(client_id, username=name, password=PASSWORD)
        shopper = Shopper(self.app.test_client(), client_id)
        answer = Browser.sign_in(shopper, name)
        assert answer.status_code == 303
        return shopper


@pytest.fixture
def crowd(app: Flask, world: World) -> Crowd:
    return Crowd(app, world)


@pytest.fixture
def alice(crowd: Crowd) -> Shopper:
    return crowd.sign_in("alice")


@pytest.fixture
def merchant(app: Flask, world: World) -> Shopper:
    with transaction():
        users.create_merchant("techshop", "", PASSWORD)
    browser = Shopper(app.test_client())
    browser.sign_in("techshop")
    return browser

"""Browsers: they keep cookies, follow redirects when told, and send forms with their token."""

import re
from dataclasses import dataclass
from html import unescape

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from flashpromo.accounts import client_sign_ins, users
from flashpromo.db import transaction
from flashpromo.entrance.visitor import COOKIE

PASSWORD = "flash-demo"
SIGN_IN = "/sign-in/"
SIGN_OUT = "/sign-out/"
HIDDEN = re.compile(r'name="(csrf_token|next|seen)"\s+value="([^"]*)"')


@dataclass
class Browser:
    """One person's browser."""

    http: FlaskClient

    def get(self, path: str, **options) -> TestResponse:
        return self.http.get(path, **options)

    def submit(self, page: str, path: str, **fields: str) -> TestResponse:
        """Fill in the form of a page and send it, with its hidden fields."""
        hidden = dict(HIDDEN.findall(unescape(self.get(page).text)))
        return self.http.post(path, data=hidden | fields)

    def sign_in(self, username="techshop", password=PASSWORD, page=SIGN_IN) -> TestResponse:
        return self.submit(page, SIGN_IN, username=username, password=password)

    def sign_out(self) -> TestResponse:
        return self.submit("/", SIGN_OUT)

    @property
    def cookie(self) -> str | None:
        found = self.http.get_cookie(COOKIE)
        return found.value if found else None

    @cookie.setter
    def cookie(self, value: str) -> None:
        self.http.set_cookie(COOKIE, value)

    @property
    def signed_in_as(self) -> str | None:
        """What the front page says."""
        said = re.search(r"Signed in as ([^<]*)", self.get("/").text)
        return said[1] if said else None


@pytest.fixture
def people(app: Flask, clean: None) -> None:
    """A merchant and a client who may sign in."""
    with app.app_context(), transaction():
        users.create_merchant("techshop", "", PASSWORD)
        client_sign_ins.save(7, username="alice", password=PASSWORD)


@pytest.fixture
def new_browser(app: Flask, people: None):
    """Opens another browser; each has cookies of its own."""
    return lambda: Browser(app.test_client())


@pytest.fixture
def browser(new_browser) -> Browser:
    return new_browser()

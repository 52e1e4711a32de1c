"""People who call the API, each with a token."""

from dataclasses import dataclass
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text
from werkzeug.test import TestResponse

from flashpromo.accounts import passwords, tokens
from flashpromo.accounts.models import SignIn, User
from flashpromo.audience.models import Client
from flashpromo.db import session, transaction
from flashpromo.market import members, stores
from flashpromo.market.members import Role
from tests.world import LATITUDE, LONGITUDE, World

PASSWORD = "flash-demo"
PASSWORD_HASH = passwords.hashed(PASSWORD)
A_YEAR = 365 * 24
"""Hours: tokens outlive whatever a test does to the clock."""


@dataclass
class Caller:
    """An HTTP client with a token; bodies are given as `json`."""

    http: FlaskClient
    token: str
    client_id: int | None = None
    user_id: int | None = None

    def get(self, path: str, **options: Any) -> TestResponse:
        return self._send("GET", path, **options)

    def post(self, path: str, json: Any = None, **options: Any) -> TestResponse:
        return self._send("POST", path, json=json, **options)

    def put(self, path: str, json: Any = None, **options: Any) -> TestResponse:
        return self._send("PUT", path, json=json, **options)

    def patch(self, path: str, json: Any = None, **options: Any) -> TestResponse:
        return self._send("PATCH", path, json=json, **options)

    def delete(self, path: str, **options: Any) -> TestResponse:
        return self._send("DELETE", path, **options)

    def _send(self, method: str, path: str, **options: Any) -> TestResponse:
        headers = {"Authorization": f"Bearer {self.token}"} | options.pop("headers", {})
        return self.http.open(path, method=method, headers=headers, **options)


@dataclass
class People:
    """Makes callers; those of one name share nothing but the database."""

    app: Flask
    http: FlaskClient

    def operator(self, name: str = "admin") -> Caller:
        return self._user(name, is_operator=True)

    def merchant(self, name: str, *store_ids: int, role: Role = Role.OWNER) -> Caller:
        caller = self._user(name, is_operator=False)
        with self.app.app_context(), transaction():
            for store_id in store_ids:
                members.put(store_id, caller.user_id or 0, role)
        return caller

    def client(self, name: str, client_id: int | None = None) -> Caller:
        """A client of the world, or a new one without a place."""
        with self.app.app_context(), transaction():
            if client_id is None:
                shopper = Client()
                session().add(shopper)
                session().flush()
                client_id = shopper.id
            token = self._token(name, client_id=client_id)
        return Caller(self.http, token, client_id=client_id)

    def _user(self, name: str, *, is_operator: bool) -> Caller:
        with self.app.app_context(), transaction():
            user = User(is_operator=is_operator)
            session().add(user)
            session().flush()
            token = self._token(name, user_id=user.id)
            user_id = user.id
        return Caller(self.http, token, user_id=user_id)

    def _token(self, name: str, **owner: int) -> str:
        sign_in = SignIn(username=name, password_hash=PASSWORD_HASH, **owner)
        session().add(sign_in)
        session().flush()
        token = tokens.issue(sign_in, hours=A_YEAR).token
        # Used before: no test that counts statements meets the note of a first use.
        session().execute(text("UPDATE auth_token SET last_used_at = app_now()"))
        return token


@pytest.fixture
def world(app: Flask, clean: None) -> World:
    """The characters, in a context of their own: requests must not share its session."""
    with app.app_context():
        return World.build()


@pytest.fixture
def people(app: Flask, client: FlaskClient) -> People:
    return People(app, client)


@pytest.fixture
def operator(people: People) -> Caller:
    return people.operator()


@pytest.fixture
def techshop(people: People, world: World) -> Caller:
    """The owner of TechShop."""
    return people.merchant("techshop", world.store_id)


@pytest.fixture
def cafe_id(app: Flask, world: World) -> int:
    """Café, a store that is not TechShop's."""
    with app.app_context(), transaction():
        return stores.create(
            name="Café", latitude=LATITUDE, longitude=LONGITUDE, time_zone="UTC"
        ).id


@pytest.fixture
def cafe(people: People, cafe_id: int) -> Caller:
    """The owner of Café."""
    return people.merchant("cafe", cafe_id)


@pytest.fixture
def alice(people: People, world: World) -> Caller:
    """A client near TechShop."""
    return people.client("alice", world.alice)


@pytest.fixture
def rows(app: Flask):
    """Count the rows of a table by plain SQL."""

    def count(table: str) -> int:
        with app.app_context():
            return session().execute(text(f"SELECT count(*) FROM {table}")).scalar_one()

    return count

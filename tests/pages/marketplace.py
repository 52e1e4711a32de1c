"""The demo, loaded once for many pages: shops, people, promos that run, and somebody of staff."""

from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest
from flask import Flask
from flask.testing import FlaskClient
from redis import Redis
from sqlalchemy import select
from sqlalchemy.engine import Engine

from flashpromo import campaign
from flashpromo.accounts import sign_ins, users
from flashpromo.cli import rounds
from flashpromo.config import Settings
from flashpromo.db import db, session, transaction
from flashpromo.demo import loading, market, people
from flashpromo.market import members
from flashpromo.market.members import Role
from flashpromo.market.models import Store
from tests.conftest import empty
from tests.pages.conftest import Browser

CROWD = 500
STAFF = "helping-hand"
OWNER = market.SHOPS[0].owner
ROLES = {
    "anonymous": None,
    "client": next(iter(people.CHARACTERS)),
    "staff": STAFF,
    "owner": OWNER,
    "operator": market.OPERATOR,
}
STARTS = {"/": 200, "/console/": 200, "/admin/": 200}
"""What those who may see everything get; the others are refused what is not for them."""

REFUSED = {
    "anonymous": {"/console/": 303, "/admin/": 303},
    "client": {"/console/": 403, "/admin/": 403},
    "staff": {"/admin/": 403},
    "owner": {"/admin/": 403},
    "operator": {},
}


@dataclass
class Marketplace:
    """The demo, and who is signed in to it."""

    app: Flask
    people: dict[str, FlaskClient] = field(default_factory=dict)

    def as_(self, role: str) -> FlaskClient:
        """Somebody of this role, signed in once."""
        if role not in self.people:
            browser = Browser(self.app.test_client())
            if (name := ROLES[role]) is not None:
                assert browser.sign_in(name, market.PASSWORD).status_code == 303
            self.people[role] = browser.http
        return self.people[role]


@pytest.fixture(scope="module")
def marketplace(app: Flask, settings: Settings) -> Iterator[Marketplace]:
    """As an operator finds it a minute after bin/run."""
    with app.app_context():
        engine: Engine = db.engine
        empty(engine)
        redis = Redis.from_url(settings.redis_url)
        redis.flushdb()
        redis.close()
        _load()
        with transaction():
            _hire()
        with transaction():
            campaign.activate_due()
        rounds.make_partitions()
        rounds.lanes()[-1].rounds[0].action()
    yield Marketplace(app)
    empty(engine)


def _load() -> None:
    """The demo with a smaller crowd: what pages show of it is the same."""
    crowd = people.crowd
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(people, "crowd", lambda now: crowd(now, CROWD))
        for step in loading.steps():
            with transaction(timeout_seconds=0):
                step()


def _hire() -> None:
    """Staff of the first shop."""
    user = users.create_merchant(STAFF, "hand@example.com", market.PASSWORD)
    owner = sign_ins.find(OWNER)
    assert owner is not None
    store_id = next(iter(members.roles_of(owner.user_id)))
    assert session().scalar(select(Store.id).where(Store.id == store_id))
    members.put(store_id, user.id, Role.STAFF)

"""The tour is executed as it is written, and what it shows is what comes from the web server."""

import os
from pathlib import Path

import pytest
from flask import Flask

from flashpromo.accounts.models import SignIn
from flashpromo.db import session, transaction
from tests.api.conftest import PASSWORD_HASH, People
from tests.docs import tour
from tests.processes.running import ROOT
from tests.processes.web import served
from tests.world import World


@pytest.fixture
def people(app: Flask, client) -> People:
    return People(app, client)


@pytest.fixture
def demo_sign_ins(app: Flask, world: World, people: People) -> None:
    """The operator and the merchant of the demo, without its twenty thousand clients."""
    people.operator("admin")
    people.merchant("techshop", world.store_id)
    with app.app_context(), transaction():
        for name in ("admin", "techshop"):
            assert session().get_one(SignIn, name).password_hash == PASSWORD_HASH


@pytest.mark.usefixtures("demo_sign_ins")
def test_the_tour_can_be_pasted(tmp_path: Path):
    found = tour.steps(ROOT / "docs" / "api.md")
    with served(tmp_path) as address:
        said = tour.carry_out(found, tmp_path, os.environ | {"FLASHPROMO_URL": address})
    assert len(said) == len(found) > 10
    for step, answer in zip(found, said, strict=True):
        tour.compare(step, answer)

"""`flask demo shop`: the crowd shops by the rules of everybody."""

import pytest
from sqlalchemy import func, select

from flashpromo.app import create_app
from flashpromo.checkout.models import Purchase
from flashpromo.db import session, transaction
from flashpromo.demo import shoppers
from flashpromo.notify.models import Notification
from tests.story import activate, broken_promises
from tests.world import World

UNITS = 5


@pytest.fixture
def crowd(context, clean) -> World:
    world = World.build()
    with transaction():
        for number in range(60):
            world.add_client(f"guest-{number}", metres=10 * number)
    activate(world, quantity=UNITS)
    return world


def test_everybody_who_was_told_comes_once_and_no_unit_is_sold_twice(run, crowd):
    done = run("demo", "shop", "--seconds", "2", "--pause", "0")
    assert done.exit_code == 0
    session().expire_all()
    sold = session().scalar(select(func.count()).select_from(Purchase))
    assert 1 <= sold <= UNITS
    assert done.stdout.endswith(f"{sold} bought\n")
    assert session().scalar(select(func.count(Notification.opened_at))) > sold
    assert broken_promises() == set()


def test_nobody_comes_to_what_does_not_run(context, clean):
    World.build()
    with transaction():
        assert shoppers.next_shopper() is None


def test_never_in_production(settings, clean):
    app = create_app(settings.model_copy(update={"environment": "production", "secret_key": "x"}))
    done = app.test_cli_runner().invoke(args=["demo", "shop", "--seconds", "0"])
    assert done.exit_code == 1
    assert "not for production" in done.output

"""What one client may hold at once."""

import pytest

from flashpromo.checkout.errors import AlreadyHeld, ReservationLimit
from flashpromo.db import transaction
from tests.story import activate, broken_promises, complete, release, take


@pytest.fixture
def promos(world) -> list[int]:
    """Four promos with two units each."""
    with transaction():
        products = [world.add_product(f"Product {number}") for number in range(4)]
    return [activate(world, product_id=each, quantity=2).id for each in products]


@pytest.fixture
def three(world, promos):
    """Alice holds as many as one client may."""
    return [take(world.alice, promo_id) for promo_id in promos[:3]]


def test_the_fourth_is_one_too_many(world, promos, three):
    with pytest.raises(ReservationLimit) as refusal:
        take(world.alice, promos[3])
    assert refusal.value.extra["limit"] == 3
    assert refusal.value.status == 409
    assert broken_promises() == set()


def test_the_limit_is_each_clients_own(world, promos, three):
    assert take(world.carol, promos[3]).client_id == world.carol


def test_what_she_holds_already_is_told_first(world, promos, three):
    with pytest.raises(AlreadyHeld):
        take(world.alice, promos[0])


@pytest.mark.parametrize("step", [release, complete])
def test_what_is_ended_does_not_count(world, promos, three, step):
    step(three[1])
    assert take(world.alice, promos[3]).promo_id == promos[3]


def test_what_has_expired_does_not_count(world, promos, three, clock):
    clock.advance(seconds=60)
    assert take(world.alice, promos[3]).promo_id == promos[3]


def test_the_limit_is_a_setting(app, world, promos, three, monkeypatch):
    settings = app.extensions["flashpromo_settings"]
    more = settings.model_copy(update={"max_live_reservations": 4})
    monkeypatch.setitem(app.extensions, "flashpromo_settings", more)
    assert take(world.alice, promos[3]).promo_id == promos[3]

import pytest

from flashpromo.checkout.models import Reservation
from flashpromo.db import transaction
from flashpromo.promos.models import Promo
from tests.story import activate, take
from tests.world import World


@pytest.fixture
def gina(world: World) -> int:
    """Another new user near the store, Alice's rival."""
    with transaction():
        return world.add_client("gina", metres=120)


@pytest.fixture
def promo(world: World) -> Promo:
    """It runs for two hours and has one unit."""
    return activate(world)


@pytest.fixture
def held(world: World, promo: Promo) -> Reservation:
    """Alice holds the only unit."""
    return take(world.alice, promo.id)


@pytest.fixture
def lasting(app, monkeypatch):
    """Hints live longer than usual, so that a slow machine still finds them."""
    settings = app.extensions["flashpromo_settings"]
    slow = settings.model_copy(update={"cached_list_seconds": 30})
    monkeypatch.setitem(app.extensions, "flashpromo_settings", slow)
    monkeypatch.setattr("flashpromo.checkout.hold.HINT_SECONDS", 30)

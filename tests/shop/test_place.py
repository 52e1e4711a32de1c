"""Saying where one is: believed, doubted, and taken back."""

import pytest

from flashpromo.audience import fixes
from flashpromo.db import app_now
from tests.shop.conftest import PLACE, SHOP, Crowd, Shopper, words
from tests.story import activate
from tests.world import LATITUDE, LONGITUDE, World

HERE = {"latitude": str(LATITUDE), "longitude": str(LONGITUDE)}


def test_a_place_brings_what_is_near(crowd: Crowd, world: World):
    activate(world)
    frank = crowd.sign_in("frank")
    shown = words(frank.send(PLACE, PLACE, **HERE, accuracy_m="25"))
    assert "Your place is known" in shown
    assert "Headphones XYZ" in shown
    found = fixes.locate(world.frank, app_now())
    assert found.in_use
    assert found.place.accuracy_m == 25


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        ({"latitude": "48.85", "longitude": "2.35"}, "Nobody gets there so fast"),
        ({**HERE, "accuracy_m": "5000"}, "knows its place only roughly"),
    ],
)
def test_a_place_that_is_not_believed_makes_it_unknown(
    alice: Shopper, world: World, sent: dict[str, str], said: str
):
    answer = alice.submit(PLACE, PLACE, **sent)
    assert answer.status_code == 422
    assert said in words(answer)
    assert not fixes.locate(world.alice, app_now()).in_use
    assert said in words(alice.get(SHOP))


@pytest.mark.parametrize("latitude", ["", "north", "91", "NaN", "1e999999999"])
def test_a_place_that_there_is_not_is_marked_at_its_field(
    alice: Shopper, world: World, latitude: str
):
    answer = alice.submit(PLACE, PLACE, **{**HERE, "latitude": latitude})
    assert answer.status_code == 422
    assert 'id="latitude-error"' in answer.text
    assert fixes.locate(world.alice, app_now()).in_use


def test_it_can_be_taken_back(alice: Shopper, world: World):
    activate(world)
    assert "Your place is unknown now" in words(alice.send(PLACE, f"{PLACE}withdraw/"))
    assert fixes.locate(world.alice, app_now()).place is None
    assert "Headphones" not in words(alice.get(SHOP))

"""What a client chooses, takes along, and leaves behind."""

from datetime import time

import pytest

from flashpromo.audience import clients
from flashpromo.audience.models import Client
from flashpromo.db import session
from flashpromo.errors import NotFound
from tests.pages.conftest import PASSWORD
from tests.shop.conftest import SETTINGS, SHOP, Shopper, words
from tests.story import activate, take
from tests.world import World

CHOSEN = {
    "time_zone": "Europe/Madrid",
    "quiet_from": "22:30",
    "quiet_until": "07:00",
    "email": "alice@example.com",
}


def stored(client_id: int) -> Client:
    session().expire_all()
    return clients.get(client_id)


def test_choices_are_kept_and_shown(alice: Shopper, world: World):
    page = alice.send(SETTINGS, SETTINGS, **CHOSEN)
    assert "Your settings are saved." in words(page)
    assert 'value="22:30"' in page.text
    assert 'value="alice@example.com"' in page.text
    found = stored(world.alice)
    assert (found.opted_in, found.quiet_from, found.quiet_until) == (False, time(22, 30), time(7))
    assert found.next_time_zone == "Europe/Madrid"
    assert "Until midnight it is still" in words(page)


def test_messages_are_wanted_again(alice: Shopper, world: World):
    alice.send(SETTINGS, SETTINGS, **CHOSEN)
    alice.send(SETTINGS, SETTINGS, **CHOSEN, opted_in="1")
    assert stored(world.alice).opted_in


@pytest.mark.parametrize(
    ("field", "value"),
    [("quiet_until", ""), ("quiet_from", "late"), ("time_zone", "Mars"), ("email", "no address")],
)
def test_what_is_wrong_is_marked_and_nothing_is_kept(
    alice: Shopper, world: World, field: str, value: str
):
    answer = alice.submit(SETTINGS, SETTINGS, **CHOSEN | {field: value})
    assert answer.status_code == 422
    assert f'id="{field}-error"' in answer.text
    assert stored(world.alice).quiet_from is None


def test_a_new_password_is_asked_for_twice(alice: Shopper):
    sent = {"old_password": PASSWORD, "new_password": "another-one", "repeated_password": "other"}
    path = f"{SETTINGS}password/"
    assert alice.submit(SETTINGS, path, **sent).status_code == 422
    sent["repeated_password"] = "another-one"
    assert "Your password is changed." in words(alice.send(SETTINGS, path, **sent))
    alice.sign_out()
    assert alice.sign_in("alice", PASSWORD).status_code == 422
    assert alice.sign_in("alice", "another-one").status_code == 303


def test_everything_that_is_kept_comes_as_a_file(alice: Shopper, world: World):
    promo = activate(world)
    take(world.alice, promo.id)
    answer = alice.get(f"{SETTINGS}export/")
    assert "attachment" in answer.headers["Content-Disposition"]
    told = answer.get_json()
    assert told["client"]["id"] == world.alice
    assert told["segments"] == ["New users"]
    assert [each["promo_id"] for each in told["notifications"]] == [promo.id]
    assert told["reservations"][0]["price"] == "499.00"
    assert told["promos"][0]["product"] == "Headphones XYZ"
    assert "hash" not in answer.text


def test_one_is_erased_by_one_s_own_name_alone(alice: Shopper, world: World):
    path = f"{SETTINGS}erase/"
    assert "Nobody can undo it." in words(alice.get(path))
    answer = alice.submit(path, path, confirm="bob")
    assert answer.status_code == 422
    assert 'id="confirm-error"' in answer.text
    assert "You are erased" in words(alice.send(path, path, confirm="alice"))
    with pytest.raises(NotFound):
        stored(world.alice)
    assert alice.cookie is None
    assert alice.get(SHOP).status_code == 303

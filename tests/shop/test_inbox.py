"""The inbox: what was told, and what was read of it."""

from tests.shop.conftest import INBOX, SHOP, Crowd, Shopper, words
from tests.story import activate
from tests.world import World


def unread(shopper: Shopper) -> str:
    return words(shopper.get(f"{SHOP}unread/"))


def test_a_message_is_unread_until_it_is_opened(alice: Shopper, world: World):
    promo = activate(world)
    page = alice.get(INBOX)
    assert "Unread: Headphones XYZ" in words(page)
    assert unread(alice) == "1 unread"
    path = page.text.partition(f'action="{INBOX}2')[2].partition('"')[0]
    opened = alice.submit(INBOX, f"{INBOX}2{path}")
    assert opened.location == f"{SHOP}promos/{promo.id}/"
    assert "Unread:" not in words(alice.get(INBOX))
    assert unread(alice) == ""


def test_all_are_read_at_once(alice: Shopper, world: World):
    activate(world)
    shown = words(alice.send(INBOX, f"{INBOX}read/"))
    assert "Headphones XYZ" in shown
    assert "Mark all as read" not in shown


def test_it_holds_only_what_one_was_told_oneself(crowd: Crowd, world: World):
    activate(world)
    assert "No messages yet" in words(crowd.sign_in("carol").get(INBOX))


def test_a_message_of_a_day_that_had_none_is_nowhere(alice: Shopper, world: World):
    assert alice.submit(SHOP, f"{INBOX}2020-01-01/read/").status_code in {400, 404}
    activate(world)
    assert alice.submit(INBOX, f"{INBOX}2020-01-01/read/").status_code == 404

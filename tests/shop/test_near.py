"""What is near: the list, its hints, and who sees it."""

from datetime import timedelta

import pytest
from flask import Flask

from flashpromo.accounts import users
from flashpromo.db import app_now, transaction
from tests.pages.conftest import PASSWORD
from tests.shop.conftest import SHOP, Crowd, Shopper, words
from tests.story import activate, publish
from tests.world import World


def test_after_signing_in_a_client_sees_what_is_near(crowd: Crowd, world: World):
    activate(world, quantity=3)
    browser = crowd.sign_in("alice")
    assert browser.get("/sign-in/").location == SHOP
    shown = words(browser.get(SHOP))
    for part in ("Headphones XYZ", "TechShop · 100 m away", "$499.00", "$999.00", "ends in 1:59:"):
        assert part in shown
    assert "Only 3 left" in shown


def test_signing_in_leads_to_the_shop_unless_another_page_was_asked_for(app: Flask, crowd: Crowd):
    crowd.sign_in("alice")
    assert Shopper(app.test_client()).sign_in("alice").location == SHOP
    wanted = Shopper(app.test_client()).sign_in("alice", page="/sign-in/?next=/shop/inbox/")
    assert wanted.location == "/shop/inbox/"


def test_only_what_reaches_the_client_is_listed(crowd: Crowd, world: World):
    activate(world)
    for name in ("bob", "dan", "erin", "frank"):
        assert "Headphones" not in words(crowd.sign_in(name).get(SHOP))
    assert "Headphones" in words(crowd.sign_in("carol").get(SHOP))


def test_what_has_not_started_is_not_listed(alice: Shopper, world: World):
    start = app_now() + timedelta(hours=1)
    publish(world, start_time=start, end_time=start + timedelta(hours=1))
    assert "Nothing near you just now" in words(alice.get(SHOP))


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("frank", "Say where you are, and see what is there."),
        ("erin", "too long ago to count"),
        ("alice", "Near the place where you were on"),
    ],
)
def test_it_says_what_is_known_of_the_place(crowd: Crowd, name: str, said: str):
    assert said in words(crowd.sign_in(name).get(SHOP))


def test_the_part_that_renews_itself_is_a_part(alice: Shopper, world: World):
    activate(world)
    part = alice.get(f"{SHOP}now/").text
    assert part.lstrip().startswith("<div")
    assert "Headphones XYZ" in part
    assert 'data-renew-at="' in part


def test_who_is_not_signed_in_is_led_to_the_form_and_back(app: Flask, world: World):
    browser = Shopper(app.test_client())
    assert browser.get(SHOP).location == f"/sign-in/?next={SHOP}"
    assert browser.get(f"{SHOP}ticket/").status_code == 303


def test_merchants_and_operators_are_led_to_theirs(merchant: Shopper, app: Flask):
    with transaction():
        users.ensure_operator("admin", "admin@example.com", PASSWORD)
    operator = Shopper(app.test_client())
    operator.sign_in("admin")
    for browser in (merchant, operator):
        for path in (SHOP, f"{SHOP}inbox/", f"{SHOP}ticket/", f"{SHOP}settings/export/"):
            assert browser.get(path).location == "/console/"


def test_it_is_asked_no_faster_than_the_api(app: Flask, crowd: Crowd, settings):
    alice = crowd.sign_in("alice")
    app.extensions["flashpromo_settings"] = settings.model_copy(update={"requests_per_token": 3})
    try:
        statuses = [alice.get(SHOP).status_code for _ in range(5)]
        assert statuses[:3] == [200, 200, 200]
        assert statuses[-1] == 429
        assert "Retry-After" in alice.get(SHOP).headers
        # Another one's session has a count of its own.
        assert crowd.sign_in("carol").get(SHOP).status_code == 200
    finally:
        app.extensions["flashpromo_settings"] = settings

"""A person with several stores narrows the console to one of them."""

import pytest
from flask import session as cookie

from flashpromo.accounts import sign_ins
from flashpromo.db import session, transaction
from flashpromo.market import members
from flashpromo.market.members import Role
from flashpromo.market.models import Store
from tests.console.conftest import CONSOLE, OTHER, OWNER, PROMOS
from tests.pages.conftest import Browser

STORE = "/console/store/"


@pytest.fixture
def both(town, owner: Browser) -> int:
    """TechShop's owner works for Café too, which has another owner; says who that is."""
    town.promo("Headphones")
    town.promo("Coffee", product_id=town.coffee_id)
    town.account(OTHER)
    with town.app.app_context(), transaction():
        user_id = sign_ins.find(OWNER).user_id
        town.member(user_id, Role.STAFF, town.cafe_id)
    return user_id


def shown(browser: Browser) -> tuple[bool, bool]:
    text = browser.get(PROMOS).text
    return "Headphones" in text, "Cold brew" in text


def test_from_all_to_one_and_back(owner: Browser, both: int, town):
    assert shown(owner) == (True, True)
    led = owner.submit(CONSOLE, STORE, store=str(town.cafe_id), next=PROMOS)
    assert (led.status_code, led.headers["Location"]) == (303, PROMOS)
    assert shown(owner) == (False, True)
    owner.submit(CONSOLE, STORE, store="")
    assert shown(owner) == (True, True)


def test_the_choice_stands_in_the_browser_s_own_cookie(owner: Browser, both: int, town):
    owner.submit(CONSOLE, STORE, store=str(town.cafe_id))
    with owner.http:
        owner.get(CONSOLE)
        assert dict(cookie).keys() == {"csrf_token", "store"}
        assert cookie["store"] == town.cafe_id


def test_a_store_that_is_not_one_s_own_cannot_be_chosen(look_as, town):
    town.promo("Headphones")
    town.promo("Coffee", product_id=town.coffee_id)
    cafe = look_as(OTHER)
    for other in (town.world.store_id, 10**6):
        assert cafe.submit(CONSOLE, STORE, store=str(other)).status_code == 404
    assert shown(cafe) == (False, True)


def test_a_choice_is_forgotten_when_the_membership_ends(owner: Browser, both: int, town):
    owner.submit(CONSOLE, STORE, store=str(town.cafe_id))
    with town.app.app_context(), transaction():
        members.remove(town.cafe_id, both)
    assert shown(owner) == (True, False)


def test_signing_out_forgets_the_choice(owner: Browser, both: int, town):
    owner.submit(CONSOLE, STORE, store=str(town.cafe_id))
    owner.submit(CONSOLE, "/sign-out/")
    owner.sign_in(OWNER)
    assert shown(owner) == (True, True)


def test_what_is_no_number_chooses_all(owner: Browser, both: int):
    for sent in ("x", "-1", "1.5", "9" * 40, "²"):
        assert owner.submit(CONSOLE, STORE, store=sent).status_code == 303
    assert shown(owner) == (True, True)


def test_who_has_one_store_has_nothing_to_choose(look_as, town):
    page = look_as(OTHER).get(CONSOLE).text
    assert "Café" in page
    assert "store-switcher" not in page


def test_an_operator_finds_a_store_among_many(look_as, town):
    with town.app.app_context(), transaction():
        for number in range(25):
            place = {"latitude": 0, "longitude": 0, "time_zone": "UTC"}
            session().add(Store(name=f"Branch {number:02}", **place))
    admin = look_as("admin")
    assert f'href="{STORE}"' in admin.get(CONSOLE).text
    assert "Branch 24" not in admin.get(STORE).text
    assert "Branch 24" in admin.get(f"{STORE}?page=2").text
    found = admin.get(f"{STORE}?q=branch 1").text
    assert found.count("Branch 1") == 10
    assert "No store fits" in admin.get(f"{STORE}?q=%25").text

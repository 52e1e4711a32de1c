"""The admin console in a real browser, at a desk and on a phone; a place picked on the map."""

import pytest
from playwright.sync_api import expect

from tests.admin.everything import plant
from tests.browser.conftest import Visit
from tests.browser.test_console import serious
from tests.console.conftest import Town, town
from tests.pages.conftest import PASSWORD

__all__ = ["town"]

ADMIN = "/admin/"


@pytest.fixture
def operator(visit: Visit, town: Town) -> Visit:
    """Signed in by the form; there is one of everything."""
    town.account("admin")
    visit.go(f"/sign-in/?next={ADMIN}")
    visit.page.locator("#username").fill("admin")
    visit.page.locator("#password").fill(PASSWORD)
    visit.page.locator("main button[type=submit]").click()
    visit.page.wait_for_url(f"**{ADMIN}")
    return visit


def test_every_kind_of_page_is_whole(operator: Visit, town: Town):
    ids = plant(town)
    promo = ids["promo"]
    for path in (
        "",
        "store/",
        f"store/details/?id={ids['store']}",
        "store/new/",
        f"store/edit/?id={ids['store']}",
        f"store/delete/?id={ids['store']}",
        "client/",
        f"client/edit/?id={ids['client']}",
        "promo/?state=running",
        f"promo/details/?id={promo}",
        f"promo/action/?action=cancel&id={promo}",
        "notification/",
        f"segment/members/?id={ids['segment']}",
        "user/new/",
        "product/?q=nothing&name=nothing",
    ):
        operator.go(f"{ADMIN}{path}")
        assert operator.headings() == 1, path
        assert not operator.is_wider_than_its_window(), path
        assert serious(operator.page) == [], path
    assert (operator.asked_outside, operator.complaints) == ([], [])


def test_a_place_is_picked_on_the_map(operator: Visit):
    page = operator.page
    operator.go(f"{ADMIN}store/new/")
    page.locator("#name").fill("Corner")
    expect(page.locator(".land").first).to_be_attached()
    page.locator("#place-map").click(position={"x": 120, "y": 90})
    expect(page.locator("#latitude")).not_to_have_value("")
    latitude = page.locator("#latitude").input_value()
    page.locator("main button[type=submit]").click()
    page.wait_for_url("**/admin/store/details/**")
    expect(page.locator("h1")).to_contain_text("Store")
    expect(page.locator("dl")).to_contain_text(latitude)
    expect(page.locator("#place-shown .land").first).to_be_attached()
    assert (operator.asked_outside, operator.complaints) == ([], [])


def test_records_are_chosen_in_the_list(operator: Visit, town: Town):
    page = operator.page
    town.promo("Headphones", hours=2)
    operator.go(f"{ADMIN}promo/")
    page.get_by_role("checkbox").first.check()
    page.get_by_role("button", name="Pause").click()
    expect(page.locator("h1")).to_have_text("Pause these promos?")
    page.locator("main button[type=submit]").click()
    expect(page.get_by_role("status").first).to_contain_text("1 promo is paused.")
    expect(page.locator(".state-paused").first).to_be_visible()

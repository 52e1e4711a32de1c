"""The editor in a real browser: by keyboard, by slider and by hand, in two tabs, in Spanish."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Visit
from tests.browser.test_console import at_desk, serious, sign_in
from tests.console.conftest import OWNER, PROMOS, Town, town

__all__ = ["at_desk", "town"]

NEW = f"{PROMOS}new/"


@pytest.fixture
def owner(visit: Visit, town: Town) -> Visit:
    town.account(OWNER)
    sign_in(visit)
    return visit


def fill(page: Page) -> None:
    page.locator("#product_words").fill("phones")
    page.get_by_role("option", name="Headphones XYZ").click()
    page.locator("#promo_price").fill("499")
    page.locator("#quantity").fill("3")
    page.locator("#start_date").fill("2030-05-17")
    page.locator("#start_clock").fill("17:00")
    page.locator("#end_date").fill("2030-05-17")
    page.locator("#end_clock").fill("19:00")
    page.get_by_label("New users").check()


def test_a_promo_is_filled_in(owner: Visit):
    page = owner.page
    owner.go(NEW)
    assert serious(page) == []
    fill(page)
    expect(page.locator("#price-told")).to_contain_text("-50%, the client saves $500.00.")
    expect(page.locator("#plan")).to_contain_text("2 hours")
    expect(page.locator("#audience-words")).to_contain_text("in range")
    page.screenshot(path=f"/tmp/w/c_new_{page.viewport_size['width']}.png", full_page=True)
    assert owner.headings() == 1
    assert not owner.is_wider_than_its_window()
    assert serious(page) == []
    assert (owner.asked_outside, owner.complaints) == ([], [])

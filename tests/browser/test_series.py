"""Recurring promos in a real browser: shown while somebody types, made as they were shown."""

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import func, select

from flashpromo.db import session
from flashpromo.promos.models import Promo
from tests.browser.conftest import Visit
from tests.browser.test_console import SECONDS, serious, sign_in
from tests.console.conftest import OWNER, Town, town

__all__ = ["town"]

NEW = "/console/promos/series/new/"


@pytest.fixture
def merchant(visit: Visit, town: Town) -> Visit:
    """TechShop's owner, signed in."""
    town.account(OWNER)
    sign_in(visit)
    return visit


def tomorrow(town: Town, days: int = 0) -> str:
    today = town.world.now.astimezone(ZoneInfo("America/Mexico_City")).date()
    return f"{today + timedelta(days=1 + days)}"


def fill(page: Page, town: Town) -> None:
    """Everything but days and times."""
    page.locator("#promo_price").fill("499")
    page.locator("#quantity").fill("3")
    page.get_by_label("New users").check()
    page.locator("#first_day").fill(tomorrow(town))
    page.locator("#last_day").fill(tomorrow(town, 6))


def promos(town: Town) -> int:
    with town.app.app_context():
        return session().scalar(select(func.count()).select_from(Promo))


def test_the_promos_follow_the_form_and_are_made(merchant: Visit, town: Town):
    page = merchant.page
    merchant.go(NEW)
    page.locator("#product_words").fill("Head")
    page.get_by_role("option", name="Headphones XYZ").click()
    expect(page.locator("#zone-told")).to_contain_text("Mexico City")
    fill(page, town)
    page.locator("#starts_at").fill("17:00")
    page.locator("#ends_at").fill("19:00")
    page.get_by_role("button", name="Every day", exact=True).click()
    rows = page.locator(".plan-table tbody tr")
    expect(rows).to_have_count(7, timeout=10 * SECONDS)
    expect(page.locator("#understood")).to_contain_text("Every day from 5:00")
    page.get_by_role("button", name="Weekend", exact=True).click()
    expect(rows).to_have_count(2, timeout=10 * SECONDS)
    expect(page.locator("#understood")).to_contain_text("2 promos")
    assert merchant.headings() == 1
    assert serious(page) == []
    assert not merchant.is_wider_than_its_window()
    assert promos(town) == 0
    page.get_by_role("button", name="Publish 2 promos").click()
    expect(page.locator(".alert-success")).to_contain_text("2 promos are published.")
    expect(page.locator("tbody tr")).to_have_count(2)
    assert promos(town) == 2
    assert (merchant.asked_outside, merchant.complaints) == ([], [])


def test_what_is_wrong_is_said_at_its_field_and_at_the_top(merchant: Visit, town: Town):
    page = merchant.page
    merchant.go(f"{NEW}?product={town.world.product_id}")
    fill(page, town)
    page.locator("#promo_price").fill("1000")
    page.locator("#starts_at").fill("17:00")
    page.get_by_role("button", name="Show the promos").click()
    expect(page.locator("#problems")).to_be_focused()
    expect(page.locator("#promo_price-error")).to_contain_text("Must be below")
    expect(page.locator("#ends_at-error")).to_be_visible()
    expect(page.locator("#promo_price")).to_have_value("1000")
    assert serious(page) == []
    assert not merchant.is_wider_than_its_window()


def test_it_works_without_a_script(chromium: Browser, address: str, town: Town):
    town.account(OWNER)
    context = chromium.new_context(
        java_script_enabled=False, viewport={"width": 390, "height": 900}
    )
    visit = Visit(context.new_page(), address)
    page = visit.page
    sign_in(visit)
    visit.go(NEW)
    page.locator("#product_words").fill("Headphones")
    page.get_by_role("button", name="Find products").click()
    page.get_by_label("Headphones XYZ").check()
    fill(page, town)
    page.get_by_role("button", name="Every day", exact=True).click()
    page.locator("#starts_at").fill("22:00")
    page.locator("#ends_at").fill("01:30")
    page.locator("#ends_at").press("Enter")
    expect(page.locator(".plan-table tbody tr")).to_have_count(7)
    expect(page.locator(".plan-table tbody tr").first).to_contain_text("of the next day")
    assert promos(town) == 0
    page.get_by_role("button", name="Save 7 drafts").click()
    expect(page.locator(".alert-success")).to_contain_text("7 drafts are saved.")
    assert promos(town) == 7
    context.close()

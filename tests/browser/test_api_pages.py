"""The pages of the API in a real browser: all there, nothing from outside, and they work."""

import pytest
from flask import Flask
from playwright.sync_api import expect

from tests.api.conftest import People
from tests.browser.conftest import Visit
from tests.world import World

SECONDS = 1000  # playwright counts milliseconds


@pytest.fixture
def token(app: Flask, client, world: World) -> str:
    """TechShop's owner is signed in."""
    return People(app, client).merchant("techshop", world.store_id).token


@pytest.mark.parametrize(
    ("path", "operation", "other"),
    [
        ("/api/docs/", ".opblock-summary-path", "/api/reference/"),
        ("/api/reference/", "[data-section-id^='tag/Promotions/operation/reserve']", "/api/docs/"),
    ],
)
def test_a_page_shows_every_operation_from_here_alone(visit: Visit, path, operation, other):
    visit.go(path)
    expect(visit.page.locator(operation).first).to_be_attached(timeout=30 * SECONDS)
    assert visit.headings() == 1
    assert visit.page.title().endswith("· Flash Promos")
    assert visit.page.locator("html").get_attribute("lang") == "en"
    assert not visit.is_wider_than_its_window()
    assert visit.page.locator(f"header a[href='{other}']").count() == 1
    assert (visit.asked_outside, visit.complaints) == ([], [])


def test_an_operation_can_be_tried(visit: Visit, token: str):
    visit.go("/api/docs/")
    page = visit.page
    page.locator("button.authorize").first.click(timeout=30 * SECONDS)
    page.locator(".modal-ux input").fill(token)
    page.locator(".modal-ux button.authorize").click()
    page.locator(".modal-ux button.btn-done").click()
    page.locator("#operations-Market-list_stores .opblock-summary-control").click()
    page.locator("#operations-Market-list_stores button.execute").click()
    answer = page.locator("#operations-Market-list_stores .live-responses-table")
    expect(answer).to_contain_text("TechShop", timeout=10 * SECONDS)
    expect(answer.locator(".response-col_status").last).to_contain_text("200")
    assert (visit.asked_outside, visit.complaints) == ([], [])

"""The place of a store is picked in a real browser: by click, by drag, by keys, by where one is."""

import pytest
from playwright.sync_api import Page, expect

from flashpromo.db import session
from flashpromo.market.models import Store
from tests.browser.conftest import Visit
from tests.browser.test_console import at_desk, serious, sign_in
from tests.console.conftest import OWNER, Town, town
from tests.world import LATITUDE, LONGITUDE

__all__ = ["at_desk", "town"]

STORES = "/console/stores/"
NEW = f"{STORES}new/"
MARKER = "img.leaflet-marker-icon"


@pytest.fixture
def merchant(visit: Visit, town: Town) -> Visit:
    """TechShop's owner, signed in, with a promo that is to come."""
    town.account(OWNER)
    town.promo("Headphones", hours=30)
    sign_in(visit)
    return visit


@pytest.fixture
def desk(at_desk: Visit) -> Visit:
    """The same person at a desk."""
    sign_in(at_desk)
    return at_desk


def page_of(town: Town) -> str:
    return f"{STORES}{town.world.store_id}/"


def place(page: Page) -> tuple[float, float]:
    typed = [page.locator(f"#{name}").input_value() for name in ("latitude", "longitude")]
    return float(typed[0]), float(typed[1])


def map_box(page: Page) -> dict[str, float]:
    page.locator("#place-map").scroll_into_view_if_needed()
    expect(page.locator("#place-map .leaflet-marker-pane")).to_be_attached()
    return page.locator("#place-map").bounding_box()


def test_every_page_is_whole(merchant: Visit, town: Town):
    for path in (STORES, NEW, page_of(town), f"{page_of(town)}delete/"):
        merchant.go(path)
        merchant.page.wait_for_load_state("networkidle")
        assert merchant.headings() == 1, path
        assert not merchant.is_wider_than_its_window(), path
        assert serious(merchant.page) == [], path
    assert (merchant.asked_outside, merchant.complaints) == ([], [])


def test_a_new_place_is_clicked_and_saved(merchant: Visit, town: Town):
    page = merchant.page
    merchant.go(NEW)
    page.locator("#name").fill("Corner")
    box = map_box(page)
    page.mouse.click(box["x"] + box["width"] * 0.3, box["y"] + box["height"] * 0.4)
    clicked = place(page)
    assert -180 <= clicked[1] < 0 < clicked[0] < 90
    expect(page.locator(MARKER)).to_be_visible()
    near = page.locator("#time_zone optgroup").first
    expect(near).to_have_attribute("label", "Near this place")
    expect(near.locator("option")).to_have_count(3)
    page.get_by_role("button", name="Open the store").click()
    page.wait_for_url(f"**{STORES}")
    with town.app.app_context():
        store = session().query(Store).filter_by(name="Corner").one()
        assert (store.latitude, store.longitude) == clicked
    assert (merchant.asked_outside, merchant.complaints) == ([], [])


def test_the_marker_is_dragged_and_the_distance_said(desk: Visit, town: Town):
    page = desk.page
    desk.go(page_of(town))
    box = map_box(page)
    marker = page.locator(MARKER).bounding_box()
    page.mouse.move(marker["x"] + 12, marker["y"] + 20)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * 0.7, box["y"] + box["height"] * 0.3, steps=6)
    page.mouse.up()
    latitude, longitude = place(page)
    assert latitude > LATITUDE
    assert longitude > LONGITUDE
    expect(page.locator("[data-place-said]")).to_contain_text("km from where the store stood.")
    expect(page.locator("#time_zone")).to_have_value("America/Mexico_City")
    page.locator("#longitude").fill("-3.7")
    expect(page.locator("#time_zone")).to_have_value("America/Mexico_City")


def test_arrow_keys_move_the_marker(desk: Visit, town: Town):
    page = desk.page
    desk.go(page_of(town))
    marker = page.locator(MARKER)
    marker.focus()
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Shift+ArrowLeft")
    latitude, longitude = place(page)
    assert 0 < latitude - LATITUDE < LONGITUDE - longitude + 0.2
    assert longitude < LONGITUDE
    expect(marker).to_be_focused()
    page.keyboard.press("Enter")
    assert page.url.endswith(page_of(town))


def test_what_is_typed_moves_the_marker(desk: Visit, town: Town):
    page = desk.page
    desk.go(NEW)
    expect(page.locator(MARKER)).to_have_count(0)
    page.locator("#latitude").fill("-33.86")
    page.locator("#longitude").fill("151.21")
    expect(page.locator(MARKER)).to_be_visible()
    expect(page.locator("#time_zone optgroup").first).to_contain_text("Sydney")
    page.locator("#latitude").fill("")
    page.get_by_role("button", name="Put it in the middle of the map").click()
    assert place(page)[1] == pytest.approx(151.21, abs=20)


def test_where_one_is_is_an_offer(desk: Visit):
    page = desk.page
    desk.go(NEW)
    page.get_by_role("button", name="Use my position").click()
    expect(page.locator("[data-place-said]")).to_contain_text("could not be found")
    page.context.grant_permissions(["geolocation"])
    page.context.set_geolocation({"latitude": 41.65, "longitude": -0.88})
    page.get_by_role("button", name="Use my position").click()
    expect(page.locator("#latitude")).to_have_value("41.65")
    assert place(page) == (41.65, -0.88)
    expect(page.locator("#time_zone optgroup").first).to_contain_text("Madrid")


def test_it_works_without_a_script(chromium, address: str, town: Town):
    town.account(OWNER)
    context = chromium.new_context(
        java_script_enabled=False, viewport={"width": 390, "height": 900}
    )
    visit = Visit(context.new_page(), address)
    sign_in(visit)
    visit.go(page_of(town))
    expect(visit.page.locator("#place-map")).to_be_hidden()
    expect(visit.page.locator(".place-steps")).to_be_hidden()
    visit.page.locator("#latitude").fill("19.5")
    visit.page.get_by_role("button", name="Save").click()
    expect(visit.page.locator(".alert-success")).to_contain_text("TechShop is saved.")
    context.close()

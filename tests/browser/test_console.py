"""The console in a real browser: live, in two languages, at a desk and on a phone."""

from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import Visit
from tests.console.conftest import CONSOLE, OWNER, PROMOS, SETTINGS, Town, town
from tests.pages.conftest import PASSWORD

__all__ = ["town"]

PAGES = [CONSOLE, PROMOS, SETTINGS, f"{SETTINGS}sign-out-elsewhere/", "/console/store/"]
SECONDS = 1000  # playwright counts milliseconds
LAND = "/static/vendor/world-atlas-2.0.2/land.json"
TOWNS = "/static/vendor/geonames-3.0.2/fields.json"


@pytest.fixture
def merchant(visit: Visit, town: Town) -> Visit:
    """TechShop's owner, signed in by the form, with a promo that runs and one that is to come."""
    town.account(OWNER)
    town.promo("Headphones", hours=-1, quantity=2)
    town.promo("Keyboard", hours=30, publish=True)
    town.promo("A monitor with a name that is rather long for so narrow a window", publish=False)
    sign_in(visit)
    return visit


def sign_in(visit: Visit) -> None:
    visit.go(f"/sign-in/?next={CONSOLE}")
    visit.page.get_by_role("textbox").first.fill(OWNER)
    visit.page.locator("input[type=password]").fill(PASSWORD)
    visit.page.locator("main button[type=submit]").click()
    visit.page.wait_for_url(f"**{CONSOLE}")


def serious(page: Page) -> list[str]:
    """What a screen reader or weak eyes would stumble over."""
    found = Axe().run(page).response["violations"]
    grave = [each for each in found if each["impact"] in {"serious", "critical"}]
    return [f"{each['id']}: {node['html']}" for each in grave for node in each["nodes"]]


def test_every_page_is_whole(merchant: Visit):
    for path in ("/", *PAGES):
        merchant.go(path)
        assert merchant.headings() == 1, path
        assert not merchant.is_wider_than_its_window(), path
        assert serious(merchant.page) == [], path
    assert (merchant.asked_outside, merchant.complaints) == ([], [])


def test_it_counts_down_and_renews_itself_while_somebody_is_signed_in(at_desk: Visit, town: Town):
    page = at_desk.page
    town.promo("Headphones", hours=-1, quantity=2)
    sign_in(at_desk)
    card = page.locator(".promo-card", has_text="Headphones")
    countdown = card.locator(".countdown")
    before = countdown.inner_text()
    assert before.startswith(("0:59:", "1:00:"))
    expect(card).to_contain_text("2 free, 0 held, 0 sold")
    town.promo("Just now", hours=-1)
    expect(page.locator("h3", has_text="Just now")).to_be_visible(timeout=15 * SECONDS)
    assert countdown.inner_text() < before
    page.context.clear_cookies()
    page.wait_for_url("**/sign-in/?next=/console/", timeout=15 * SECONDS)
    assert (at_desk.asked_outside, at_desk.complaints) == ([], [])


def test_spanish_by_choice(merchant: Visit):
    page = merchant.page
    menu = page.locator(".person-menu summary:visible, .menu.narrow-only summary:visible")
    menu.press("Enter")
    page.keyboard.press("Escape")
    expect(page.locator("button[lang=es]:visible")).to_have_count(0)
    expect(menu).to_be_focused()
    menu.press("Enter")
    page.locator("button[lang=es]:visible").click()
    expect(page.locator("h1")).to_have_text("Panel")
    merchant.go(PROMOS)
    assert page.locator("html").get_attribute("lang") == "es"
    expect(page.locator(".state-running").first).to_have_text("En curso")
    assert not merchant.is_wider_than_its_window()


@pytest.fixture
def at_desk(chromium: Browser, address: str, town: Town) -> Iterator[Visit]:
    """TechShop's owner at a desk, not signed in yet."""
    town.account(OWNER)
    visit = Visit(chromium.new_page(viewport={"width": 1280, "height": 900}), address)
    visit.page.on("request", lambda asked: visit.requests.append(asked.url))
    visit.page.on(
        "console", lambda said: said.type == "error" and visit.complaints.append(said.text)
    )
    yield visit
    visit.page.close()


@pytest.fixture
def mexican(chromium: Browser, address: str) -> Iterator[Visit]:
    """Somebody whose browser asks for Mexican Spanish."""
    page = chromium.new_page(locale="es-MX", viewport={"width": 1280, "height": 900})
    yield Visit(page, address)
    page.close()


def test_spanish_by_the_browser(mexican: Visit, town: Town):
    town.account(OWNER)
    town.promo("Headphones", hours=-1)
    sign_in(mexican)
    expect(mexican.page.locator("h1")).to_have_text("Panel")
    expect(mexican.page.locator(".price-now")).to_contain_text("499.00")
    assert serious(mexican.page) == []


def test_the_keyboard_skips_the_header(at_desk: Visit):
    page = at_desk.page
    sign_in(at_desk)
    page.keyboard.press("Tab")
    expect(page.locator(":focus")).to_have_text("Skip to the content")
    page.keyboard.press("Enter")
    expect(page.locator(":focus")).to_have_attribute("id", "main")


def test_it_works_without_a_script(chromium: Browser, address: str, town: Town):
    town.account(OWNER)
    town.promo("Headphones", hours=-1)
    context = chromium.new_context(
        java_script_enabled=False, viewport={"width": 390, "height": 900}
    )
    visit = Visit(context.new_page(), address)
    sign_in(visit)
    assert visit.page.locator(".promo-card .countdown").inner_text().count(":") == 2
    visit.page.locator(".menu.narrow-only summary").click()
    visit.page.locator(".menu-body").get_by_role("link", name="Promos").click()
    visit.page.locator("#q").fill("nothing of that name")
    visit.page.locator(".filters button").click()
    expect(visit.page.locator(".nothing-title")).to_be_visible()
    context.close()


def test_a_map_has_ground_without_tiles(at_desk: Visit):
    visit = at_desk
    visit.go("/sign-in/")
    page = visit.page
    leaflet = "/static/vendor/leaflet-1.9.4"
    page.add_style_tag(url=f"{leaflet}/leaflet.css")
    page.add_style_tag(url="/static/styles/maps.css")
    page.add_script_tag(url=f"{leaflet}/leaflet.js")
    page.add_script_tag(url="/static/map-towns.js")
    page.add_script_tag(url="/static/map.js")
    page.evaluate(
        """([land, towns]) => {
            const element = document.createElement("div");
            Object.assign(element.dataset, { land, towns });
            element.style.height = "300px";
            document.querySelector("main").append(element);
            const map = promoMap(element).setView([19.43, -99.13], 9);
            L.marker([19.43, -99.13]).addTo(map);
            L.circle([19.43, -99.13], { radius: 50000 }).addTo(map);
        }""",
        [LAND, TOWNS],
    )
    expect(page.locator(".land").first).to_be_attached()
    expect(page.locator(".town", has_text="Mexico City")).to_be_visible()
    assert page.locator(".graticule").get_attribute("d").count("L") > 3
    assert (visit.asked_outside, visit.complaints) == ([], [])

"""The editor in a real browser: by keyboard, by slider and by hand, in two tabs, in Spanish."""

import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime

import pytest
from playwright.sync_api import Browser, Page, expect

from flashpromo.db import app_now, transaction
from flashpromo.market.models import Store
from flashpromo.promos import queries
from flashpromo.promos.models import Promo
from tests.browser.conftest import Visit
from tests.browser.test_console import at_desk, serious, sign_in
from tests.console.conftest import OWNER, PROMOS, Town, town
from tests.pages.conftest import PASSWORD

__all__ = ["at_desk", "town"]

NEW = f"{PROMOS}new/"
SAVED = re.compile(r"/console/promos/\d+/$")


@pytest.fixture
def owner(visit: Visit, town: Town) -> Visit:
    """TechShop's owner, at a desk and with a phone."""
    town.account(OWNER)
    crowd(town)
    sign_in(visit)
    return visit


@pytest.fixture
def desk(at_desk: Visit, town: Town) -> Page:
    """The page of TechShop's owner at a desk, signed in."""
    crowd(town)
    sign_in(at_desk)
    at_desk.go(NEW)
    return at_desk.page


@pytest.fixture
def opened(chromium: Browser, address: str, town: Town) -> Iterator[Callable[..., Visit]]:
    """Opens the console with a browser of these options, signed in."""
    contexts = []

    def with_options(width: int = 1280, **options) -> Visit:
        contexts.append(chromium.new_context(viewport={"width": width, "height": 900}, **options))
        visit = Visit(contexts[-1].new_page(), address)
        sign_in(visit)
        return visit

    town.account(OWNER)
    yield with_options
    for each in contexts:
        each.close()


def crowd(town: Town) -> None:
    """Enough people for a number to be told, some of them farther away."""
    with town.app.app_context(), transaction():
        for each in range(60):
            town.world.add_client(f"near {each}", metres=50 + each)
            town.world.add_client(f"farther {each}", metres=4000 + each)
            town.world.add_client(f"other {each}", 70, segment_ids=[town.world.frequent])


def fill(page: Page, product: str = "Headphones XYZ") -> None:
    page.locator("#product_words").fill(product[:5])
    page.get_by_role("option", name=product).click()
    page.locator("#promo_price").fill("499")
    page.locator("#quantity").fill("3")
    page.locator("#start_date").fill("2030-05-17")
    page.locator("#start_clock").fill("17:00")
    page.locator("#end_date").fill("2030-05-17")
    page.locator("#end_clock").fill("19:00")
    page.get_by_label("New users").check()


def type_moment(page: Page, day: str, clock: str) -> None:
    """Go on by the tabulator: a day and a time are several stops each."""
    page.keyboard.press("Tab")
    page.keyboard.type(day)
    while page.evaluate("document.activeElement.type") == "date":
        page.keyboard.press("Tab")
    page.keyboard.type(clock)
    while page.evaluate("document.activeElement.type") == "time":
        page.keyboard.press("Tab")
    page.keyboard.press("Shift+Tab")


def only_promo(town: Town) -> Promo:
    with town.app.app_context():
        (promo,) = queries.page(queries.EVERYTHING, app_now())[1]
        return promo


def km_drawn(page: Page) -> float:
    return float(page.locator("#reach-map").get_attribute("data-km"))


def audience(page: Page) -> int:
    """The number of the live count, once it stands."""
    said = page.locator("#audience-words")
    expect(said).to_contain_text("in range")
    return int(re.match(r"About (\d+) clients now", said.inner_text())[1])


def test_a_promo_is_filled_in_and_published(owner: Visit, town: Town):
    page = owner.page
    owner.go(NEW)
    assert serious(page) == []
    fill(page)
    expect(page.locator("#price-told")).to_contain_text("-50%, the client saves $500.00.")
    expect(page.locator("#plan")).to_contain_text("2 hours")
    expect(page.locator("#plan-clients")).to_contain_text("Started now, it would tell about")
    expect(page.locator(".radius-circle")).to_be_visible()
    assert owner.headings() == 1
    assert not owner.is_wider_than_its_window()
    assert serious(page) == []
    page.get_by_role("button", name="Publish").click()
    page.wait_for_url(SAVED)
    expect(page.locator("main")).to_contain_text("The promo is published.")
    page.goto(f"{owner.address}{PROMOS}{only_promo(town).id}/edit/")
    expect(page.locator("#audience-words")).to_be_visible()
    assert not owner.is_wider_than_its_window()
    assert serious(page) == []
    assert (owner.asked_outside, owner.complaints) == ([], [])


def test_by_the_keyboard_alone(desk: Page, town: Town):
    keys = desk.keyboard
    desk.locator("#product_words").focus()
    keys.type("phon")
    expect(desk.get_by_role("option")).to_have_count(1)
    keys.press("ArrowDown")
    option = desk.get_by_role("option", selected=True)
    expect(option).to_contain_text("Headphones XYZ")
    expect(desk.locator("#product_words")).to_have_attribute(
        "aria-activedescendant", option.get_attribute("id")
    )
    keys.press("Enter")
    expect(desk.locator("#product-told")).to_contain_text("TechShop · $999.00")
    expect(desk.locator("#zone-told")).to_contain_text("America/Mexico_City")
    keys.press("Tab")
    keys.type("499.00")
    keys.press("Tab")
    keys.press("Control+a")
    keys.type("3")
    for clock in ("0500PM", "0700PM"):
        type_moment(desk, "05172030", clock)
    desk.get_by_label("New users").focus()
    keys.press("Space")
    desk.locator("#radius-slider").focus()
    keys.press("ArrowRight")
    expect(desk.locator("#max_distance_km")).to_have_value("2.1")
    desk.get_by_role("button", name="Save as draft").focus()
    keys.press("Enter")
    desk.wait_for_url(SAVED)
    promo = only_promo(town)
    assert (promo.quantity, str(promo.max_distance_km)) == (3, "2.100000")
    assert (promo.start_time, promo.end_time) == (
        datetime(2030, 5, 17, 23, tzinfo=UTC),
        datetime(2030, 5, 18, 1, tzinfo=UTC),
    )


def test_slider_handle_and_number_are_one(desk: Page):
    fill(desk)
    near = audience(desk)
    desk.locator("#radius-slider").fill("5")
    expect(desk.locator("#max_distance_km")).to_have_value("5")
    assert km_drawn(desk) == 5
    expect(desk.locator("#audience-words")).not_to_contain_text(f"About {near} ")
    assert audience(desk) > near
    desk.locator("#max_distance_km").fill("2")
    expect(desk.locator("#audience-words")).to_contain_text(f"About {near} ")
    assert (km_drawn(desk), desk.locator("#radius-slider").input_value()) == (2, "2")
    handle = desk.locator(".radius-handle").bounding_box()
    store = desk.locator(".store-mark").bounding_box()
    radius = handle["x"] - store["x"]
    desk.mouse.move(handle["x"] + 11, handle["y"] + 11)
    desk.mouse.down()
    desk.mouse.move(handle["x"] + 11 + radius / 4, handle["y"] + 11, steps=5)
    desk.mouse.move(handle["x"] + 11 + radius / 2, handle["y"] + 11, steps=5)
    desk.mouse.up()
    typed = float(desk.locator("#max_distance_km").input_value())
    assert 2.8 <= typed <= 3.2
    assert km_drawn(desk) == typed
    desk.locator("#max_distance_km").fill("far")
    expect(desk.locator("#audience-words")).to_contain_text("Give a radius")
    assert km_drawn(desk) == typed
    desk.get_by_role("button", name="Save as draft").click()
    expect(desk.locator("#problems")).to_be_visible()
    expect(desk.locator(".store-mark")).to_be_visible()
    expect(desk.locator(".radius-handle")).to_have_count(0)


def test_the_count_is_announced_once_it_has_settled(desk: Page):
    fill(desk)
    audience(desk)
    said = desk.locator("#audience-said")
    expect(said).to_contain_text("About")
    desk.evaluate(
        """() => {
            window.heard = [];
            const said = document.getElementById("audience-said");
            const hear = () => heard.push(said.textContent);
            new MutationObserver(hear).observe(said, { childList: true });
        }"""
    )
    before = said.inner_text()
    desk.locator("#max_distance_km").press_sequentially("0", delay=200)
    desk.locator("#max_distance_km").press("Backspace")
    desk.locator("#max_distance_km").fill("6")
    expect(said).not_to_have_text(before)
    expect(said).to_have_text(desk.locator("#audience-words").inner_text())
    assert len(desk.evaluate("heard")) == 1


def test_what_a_newer_count_has_replaced_is_no_error(owner: Visit):
    owner.go(NEW)
    page, held, replaced = owner.page, [], []
    page.on("requestfailed", lambda asked: replaced.append(asked.url))
    page.route("**/promos/audience/**", lambda asked: held.append(asked))  # noqa: PLW0108
    page.get_by_label("New users").check()
    eventually(page, lambda: held)
    page.get_by_label("Frequent buyers").check()
    eventually(page, lambda: replaced)
    for each in held[1:]:
        each.continue_()
    assert owner.complaints == []


def eventually(page: Page, look: Callable[[], object]) -> None:
    """Let the browser go on until something is seen, for ten seconds at most."""
    for _ in range(200):
        if look():
            return
        page.wait_for_timeout(50)
    pytest.fail("it does not happen")


def test_errors_stand_at_their_fields_and_the_way_leads_there(owner: Visit):
    page = owner.page
    owner.go(NEW)
    fill(page)
    page.locator("#promo_price").fill("1000")
    page.get_by_label("New users").uncheck()
    page.get_by_role("button", name="Save as draft").click()
    expect(page.locator("#problems")).to_be_focused()
    expect(page.locator("#promo_price-error")).to_contain_text("below the regular price")
    expect(page.locator("#promo_price")).to_have_attribute("aria-invalid", "true")
    expect(page.locator("#start_clock")).to_have_value("17:00")
    assert serious(page) == []
    assert not owner.is_wider_than_its_window()
    page.locator("#problems").get_by_role("link", name="Promo price").press("Enter")
    expect(page.locator("#promo_price")).to_be_focused()
    expect(page.locator("#promo_price")).to_have_value("1000")


def test_a_promo_in_the_way_can_be_gone_to(desk: Page, town: Town):
    fill(desk)
    desk.get_by_role("button", name="Publish").click()
    desk.wait_for_url(SAVED)
    first = only_promo(town)
    desk.goto(desk.url.replace(f"/{first.id}/", "/new/"))
    fill(desk)
    named = desk.locator("#in-the-way").get_by_role("link")
    expect(named).to_have_attribute("href", f"{PROMOS}{first.id}/")
    desk.get_by_role("button", name="Publish").click()
    expect(desk.locator("#start_time-error")).to_contain_text("overlaps this window")
    named.click()
    desk.wait_for_url(f"**{PROMOS}{first.id}/")


def test_a_clock_that_changes_is_explained_while_it_is_typed(desk: Page, town: Town):
    with town.app.app_context(), transaction() as session:
        session.get(Store, town.world.store_id).time_zone = "America/New_York"
    fill(desk)
    desk.locator("#start_date").fill("2030-03-10")
    desk.locator("#start_clock").fill("02:30")
    told = desk.locator("#start_time-told")
    expect(told).to_contain_text("does not exist on Mar 10, 2030")
    desk.locator("#start_date").fill("2030-11-03")
    desk.locator("#start_clock").fill("01:30")
    expect(told).to_contain_text("it will start the first time (GMT-04:00)")
    told.get_by_label("Take the second time (GMT-05:00)").press("Space")
    expect(told).to_contain_text("it will start the second time (GMT-05:00)")
    expect(told.get_by_role("checkbox")).to_be_focused()


@pytest.mark.parametrize("width", [1280, 390])
def test_of_two_tabs_the_second_is_told_and_loses_nothing(opened, town: Town, width: int):
    promo_id = town.promo("Headphones", hours=30, publish=False)
    visit = opened(width)
    page = visit.page
    visit.go(f"{PROMOS}{promo_id}/edit/")
    other = page.context.new_page()
    other.goto(page.url)
    other.locator("#promo_price").fill("450")
    other.locator("#quantity").fill("7")
    other.get_by_role("button", name="Save as draft").click()
    other.wait_for_url(SAVED)
    page.locator("#promo_price").fill("480")
    page.get_by_role("button", name="Save as draft").click()
    notice = page.locator("#changed-meanwhile")
    expect(notice).to_be_focused()
    expect(notice.get_by_role("row", name="Promo price")).to_contain_text("$450.00")
    expect(page.locator("#promo_price")).to_have_value("480")
    expect(page.locator("#quantity")).to_have_value("7")
    assert serious(page) == []
    assert not visit.is_wider_than_its_window()
    page.get_by_role("button", name="Save as draft").click()
    page.wait_for_url(SAVED)
    assert (only_promo(town).promo_price, only_promo(town).quantity) == (480, 7)


def test_numbers_as_spaniards_write_them(opened, town: Town):
    visit = opened(locale="es-ES")
    page = visit.page
    visit.go(NEW)
    fill(page)
    page.locator("#promo_price").fill("499,90")
    expect(page.locator("#price-told")).to_contain_text("499,10")
    page.locator("#radius-slider").fill("2.5")
    expect(page.locator("#max_distance_km")).to_have_value("2,5")
    page.locator("button[value=draft]").click()
    page.wait_for_url(SAVED)
    assert str(only_promo(town).promo_price) == "499.90"
    assert float(only_promo(town).max_distance_km) == 2.5


def test_without_a_script(opened, town: Town):
    visit = opened(java_script_enabled=False)
    page = visit.page
    visit.go(NEW)
    page.locator("#promo_price").fill("4x9")
    page.locator("#product_words").fill("phones")
    page.get_by_role("button", name="Find products").click()
    page.get_by_label("Headphones XYZ").check()
    expect(page.locator("#promo_price")).to_have_value("4x9")
    page.get_by_label("New users").check()
    page.get_by_role("button", name="Count now").click()
    expect(page.locator("#audience-words")).to_contain_text("Fewer than 10 clients now.")
    page.get_by_role("button", name="Publish").click()
    expect(page.locator("#promo_price-error")).to_be_visible()
    page.locator("#promo_price").fill("499")
    for name, text in (("start_date", "2030-05-17"), ("start_clock", "17:00")):
        page.locator(f"#{name}").fill(text)
        page.locator(f"#{name.replace('start', 'end')}").fill(text.replace("17:", "19:"))
    page.get_by_role("button", name="Publish").click()
    page.wait_for_url(SAVED)
    assert only_promo(town).published


def test_what_was_typed_outlives_the_session(desk: Page):
    fill(desk)
    audience(desk)
    desk.context.clear_cookies()
    desk.locator("#max_distance_km").fill("3")
    desk.wait_for_url("**/sign-in/**")
    desk.get_by_role("textbox").first.fill(OWNER)
    desk.locator("input[type=password]").fill(PASSWORD)
    desk.locator("main button[type=submit]").click()
    desk.wait_for_url(f"**{NEW}")
    offered = desk.locator(".kept-typed")
    expect(offered).to_contain_text("What you typed here before was not saved.")
    offered.get_by_role("button", name="Put it into the form").click()
    expect(desk.locator("#product-told")).to_contain_text("TechShop")
    expect(desk.locator("#promo_price")).to_have_value("499")
    expect(desk.locator("#max_distance_km")).to_have_value("3")
    expect(desk.get_by_label("New users")).to_be_checked()
    desk.get_by_role("button", name="Save as draft").click()
    desk.wait_for_url(SAVED)
    desk.goto(re.sub(r"\d+/$", "new/", desk.url))
    expect(desk.locator("#promo-form")).to_be_visible()
    expect(offered).to_have_count(0)

"""A merchant's whole story, from signing in until a client in a second browser buys the last."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from flashpromo.db import app_now, transaction
from tests.browser.conftest import Visit
from tests.console.conftest import CONSOLE, OWNER, Town, town
from tests.pages.conftest import PASSWORD
from tests.processes.conftest import clean, service
from tests.processes.running import Service

__all__ = ["clean", "service", "town"]

SECONDS = 1000  # playwright counts milliseconds
PATIENCE = 15 * SECONDS  # a page that lives asks again every few seconds
GUESTS = 30
ASK = """
async ([method, path, token, body]) => {
    const headers = { "Content-Type": "application/json" };
    if (token) headers.Authorization = `Bearer ${token}`;
    const sent = { method, headers, body: body ? JSON.stringify(body) : undefined };
    const answer = await fetch(path, sent);
    return [answer.status, await answer.json()];
}
"""

Ask = Callable[..., tuple[int, dict]]


@pytest.fixture
def neighbours(town: Town, service: Service) -> Town:
    """Alice and thirty others live near TechShop; its owner and two clients have sign-ins."""
    with town.app.app_context(), transaction():
        for number in range(GUESTS):
            town.world.add_client(f"guest-{number}", metres=20 * number)
    town.account(OWNER)
    town.account("alice")
    service.start("worker activation", "worker delivery", "scheduler")
    return town


@pytest.fixture
def merchant(chromium: Browser, address: str) -> Iterator[Visit]:
    context = chromium.new_context(viewport={"width": 1280, "height": 900})
    visit = Visit(context.new_page(), address)
    visit.page.set_default_timeout(8 * SECONDS)
    visit.page.on("request", lambda asked: visit.requests.append(asked.url))
    visit.page.on("pageerror", lambda error: visit.complaints.append(str(error)))
    visit.page.on("dialog", lambda said: visit.complaints.append(said.message))
    yield visit
    context.close()


@pytest.fixture
def alice(chromium: Browser, address: str) -> Iterator[Ask]:
    """Alice's own browser, and the API of the page that it shows."""
    context = chromium.new_context()
    page = context.new_page()
    page.goto(f"{address}/")
    _, issued = page.evaluate(
        ASK, ["POST", "/api/auth/token/", None, {"username": "alice", "password": PASSWORD}]
    )

    def ask(method: str, path: str, body: dict | None = None) -> tuple[int, dict]:
        return page.evaluate(ASK, [method, f"/api/promotions/{path}", issued["token"], body])

    yield ask
    context.close()


def test_from_signing_in_to_sold_out(neighbours: Town, merchant: Visit, alice: Ask):
    page = merchant.page
    sign_in(merchant)
    add_product(page, "Reading lamp", "200.00")
    write_promo(page, "Reading lamp", "99.50", neighbours)
    expect(page.locator("#audience-words")).to_contain_text("30 clients")
    expect(page.locator("#price-told")).to_contain_text("50")
    page.get_by_role("button", name="Publish").click()
    expect(page.locator("h1")).to_contain_text("Reading lamp")
    expect(stage(page, "Told")).to_have_text(f"{GUESTS + 1}", timeout=PATIENCE)
    expect(page.locator(".state").first).to_have_text("Running")

    _, seen = alice("GET", "flash-promos/eligible/")
    (offer,) = seen["results"]
    assert (offer["product"]["name"], offer["promo_price"]) == ("Reading lamp", "99.50")
    status, held = alice("POST", "promo-reservations/", {"promo_id": offer["id"]})
    assert status == 201
    expect(page.locator("main")).to_contain_text("0 free, 1 held, 0 sold", timeout=PATIENCE)
    expect(stage(page, "Reserved")).to_have_text("1")

    status, bought = alice("POST", f"promo-reservations/{held['id']}/complete/")
    assert (status, bought["completed"]) == (200, True)
    expect(page.locator(".state").first).to_have_text("Sold out", timeout=PATIENCE)
    expect(stage(page, "Sold")).to_have_text("1")
    assert alice("GET", "flash-promos/eligible/")[1]["results"] == []
    page.get_by_role("link", name="Dashboard", exact=True).first.click()
    expect(page.locator("h1")).to_have_text("Dashboard")
    expect(page.locator("main")).to_contain_text("$99.50")
    assert (merchant.asked_outside, merchant.complaints) == ([], [])


def stage(page: Page, words: str) -> Locator:
    """The number of one stage of the funnel."""
    named = page.locator(".funnel-stage").filter(has=page.get_by_text(words, exact=True))
    return named.locator(".funnel-number")


def sign_in(visit: Visit) -> None:
    visit.go(CONSOLE)
    visit.page.get_by_label("User name").fill(OWNER)
    visit.page.get_by_label("Password").fill(PASSWORD)
    visit.page.get_by_role("button", name="Sign in").click()
    expect(visit.page.locator("h1")).to_have_text("Dashboard")


def add_product(page: Page, name: str, price: str) -> None:
    page.get_by_role("link", name="Products").first.click()
    page.get_by_role("link", name="New product").click()
    page.get_by_label("Name").fill(name)
    page.get_by_label("Regular price").fill(price)
    page.locator("main form button[type=submit]").last.click()
    expect(page.locator("main")).to_contain_text(name)


def write_promo(page: Page, product: str, price: str, town: Town) -> None:
    page.get_by_role("link", name="Promos", exact=True).first.click()
    expect(page.locator("h1")).to_have_text("Promos")
    page.goto(page.url + "new/")
    page.get_by_label("Product", exact=True).fill(product[:4])
    page.get_by_role("option", name=product).click()
    page.get_by_label("Promo price").fill(price)
    with town.app.app_context():
        start = app_now().astimezone(ZoneInfo("America/Mexico_City"))
    fill_time(page, "start", start)
    fill_time(page, "end", start + timedelta(hours=1))
    page.get_by_label("New users").check()


def fill_time(page: Page, name: str, moment: datetime) -> None:
    page.locator(f"#{name}_date").fill(f"{moment:%Y-%m-%d}")
    page.locator(f"#{name}_clock").fill(f"{moment:%H:%M}")

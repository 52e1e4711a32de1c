"""The page of a promo in a real browser: it lives while clients shop, and disturbs nobody."""

from typing import Any

import pytest
from playwright.sync_api import APIRequestContext, Browser, Page, expect

from tests.browser.conftest import Visit
from tests.browser.test_console import SECONDS, at_desk, serious, sign_in
from tests.console.conftest import CONSOLE, OWNER, PROMOS, Town, town
from tests.pages.conftest import PASSWORD
from tests.story import activate

__all__ = ["at_desk", "town"]

LIVE = 15 * SECONDS  # three times as long as the page waits


@pytest.fixture
def running(town: Town) -> int:
    """A promo of two units that has told Alice."""
    with town.app.app_context():
        return activate(town.world, quantity=2).id


class Alice:
    """A client who uses the API."""

    def __init__(self, asked: APIRequestContext, address: str) -> None:
        self._asked, self._address = asked, address
        answer = self.post("/api/auth/token/", username="alice", password=PASSWORD)
        self._token = answer["token"]

    _token = ""

    def post(self, path: str, **body: Any) -> Any:
        headers = {"Authorization": f"Bearer {self._token}"} if self._token else {}
        answer = self._asked.post(f"{self._address}{path}", data=body, headers=headers)
        assert answer.ok, answer.text()
        return answer.json()

    def reserve(self, promo_id: int) -> int:
        return self.post("/api/promotions/promo-reservations/", promo_id=promo_id)["id"]

    def complete(self, reservation: int) -> None:
        self.post(f"/api/promotions/promo-reservations/{reservation}/complete/")


@pytest.fixture
def alice(chromium: Browser, town: Town, address: str):
    town.account("alice")
    context = chromium.new_context()
    yield Alice(context.request, address)
    context.close()


def stage(page: Page, name: str):
    return page.locator(".funnel-stage", has_text=name).locator(".funnel-number")


def test_it_lives_while_a_client_buys(at_desk: Visit, town: Town, running: int, alice: Alice):
    page = at_desk.page
    sign_in(at_desk)
    at_desk.go(f"{PROMOS}{running}/")
    expect(stage(page, "Reserved")).to_have_text("0")
    page.locator("#step-pause").focus()
    reservation = alice.reserve(running)
    expect(stage(page, "Reserved")).to_have_text("1", timeout=LIVE)
    expect(page.locator(".unit-held .countdown")).to_be_visible()
    expect(page.locator("#step-pause")).to_be_focused()
    assert page.locator(".promo-map .reach").count() == 1
    alice.complete(reservation)
    expect(stage(page, "Sold")).to_have_text("1", timeout=LIVE)
    expect(page.locator("#promo-said")).to_have_text("Running, 1 sold")
    expect(page.locator(".timeline-list")).to_contain_text("1 unit sold")
    assert (at_desk.asked_outside, at_desk.complaints) == ([], [])


def test_it_is_told_sold_out_and_rests(at_desk: Visit, town: Town, alice: Alice):
    with town.app.app_context():
        promo_id = activate(town.world, quantity=1).id
    page = at_desk.page
    sign_in(at_desk)
    at_desk.go(f"{PROMOS}{promo_id}/")
    expect(page.locator("#step-cancel")).to_be_visible()
    alice.complete(alice.reserve(promo_id))
    expect(page.locator(".promo-state .state-sold_out")).to_be_visible(timeout=LIVE)
    expect(page.locator("#step-cancel")).to_have_count(0)
    expect(page.locator("[data-renew]")).to_have_count(0)


def test_a_tab_that_nobody_sees_asks_nothing(at_desk: Visit, running: int):
    page = at_desk.page
    sign_in(at_desk)
    page.clock.install()
    at_desk.go(f"{PROMOS}{running}/")
    expect(page.locator("[data-renew]")).to_have_count(1)
    hidden = "Object.defineProperty(document, 'hidden', {configurable: true, get: () => %s})"
    page.evaluate(hidden % "true")
    at_desk.requests.clear()
    page.clock.run_for(20 * SECONDS)
    assert at_desk.requests == []
    page.evaluate(hidden % "false")
    with page.expect_request("**/now/"):
        page.clock.run_for(6 * SECONDS)


def test_its_pages_are_whole(visit: Visit, town: Town, running: int):
    """At a desk and on a phone; what people typed is only ever text."""
    town.account(OWNER)
    evil = town.promo(
        '<script>alert("1")</script>"><img src=x onerror=alert(1)>{{1234567*7}}', hours=-1
    )
    draft = town.promo("A monitor with a name that is rather long for it", publish=False)
    sign_in(visit)
    pages = (f"{running}/", f"{evil}/", f"{draft}/", f"{running}/cancel/", f"{draft}/publish/")
    for path in (CONSOLE, *(f"{PROMOS}{page}" for page in pages)):
        visit.go(path)
        assert visit.headings() == 1, path
        assert not visit.is_wider_than_its_window(), path
        assert serious(visit.page) == [], path
    assert (visit.asked_outside, visit.complaints) == ([], [])


def test_a_row_s_menu_is_used_by_keys_alone(at_desk: Visit, running: int):
    page = at_desk.page
    sign_in(at_desk)
    at_desk.go(PROMOS)
    menu = page.locator(".row-menu summary")
    menu.press("Enter")
    expect(page.get_by_role("link", name="Pause", exact=True)).to_be_visible()
    assert serious(page) == []
    page.keyboard.press("Escape")
    expect(menu).to_be_focused()
    menu.press("Enter")
    page.get_by_role("link", name="Pause", exact=True).press("Enter")
    page.get_by_role("button", name="Pause").press("Enter")
    expect(page.locator(".state-paused")).to_be_visible()
    expect(page.locator("#step-resume")).to_be_visible()

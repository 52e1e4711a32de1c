"""The shop on a phone: a promo appears by itself, is held for a minute, and is gone for others."""

import os
from collections.abc import Iterator

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page, expect

from flashpromo.accounts import client_sign_ins
from flashpromo.db import transaction
from tests.browser.conftest import Visit
from tests.browser.test_console import SECONDS, serious
from tests.live.conftest import Live, running
from tests.pages.conftest import PASSWORD
from tests.processes.web import served
from tests.shop.conftest import INBOX, PLACE, SETTINGS, SHOP, YOURS, promo_path
from tests.story import activate
from tests.world import World

PAGES = [SHOP, INBOX, YOURS, PLACE, SETTINGS, f"{SETTINGS}erase/"]
SOON = 20 * SECONDS
PHONE = {"width": 390, "height": 844}


@pytest.fixture(scope="module")
def live(app: Flask, tmp_path_factory) -> Iterator[Live]:
    with running(os.environ["REDIS_URL"], tmp_path_factory.mktemp("live")) as live:
        live.await_hearing()
        yield live


@pytest.fixture(scope="module")
def shop_address(live: Live, tmp_path_factory) -> Iterator[str]:
    """A web whose pages listen to that live process."""
    url = f"http://127.0.0.1:{live.port}/live/"
    with served(tmp_path_factory.mktemp("web"), FLASHPROMO_LIVE_URL=url) as address:
        yield address


@pytest.fixture
def shoppers(chromium: Browser, shop_address: str, world: World) -> Iterator:
    """Opens a phone for one of the characters, who signs in by the form."""
    contexts = []

    def begin(name: str, width: int = 390) -> Visit:
        with transaction():
            client_sign_ins.save(world.clients[name], username=name, password=PASSWORD)
        context = chromium.new_context(viewport={"width": width, "height": 844})
        contexts.append(context)
        visit = Visit(context.new_page(), shop_address)
        visit.page.on("pageerror", lambda error: visit.complaints.append(str(error)))
        visit.page.on(
            "console", lambda said: said.type == "error" and visit.complaints.append(said.text)
        )
        visit.go("/sign-in/")
        visit.page.get_by_label("User name").fill(name)
        visit.page.get_by_label("Password").fill(PASSWORD)
        visit.page.get_by_role("main").get_by_role("button", name="Sign in").click()
        visit.page.wait_for_url(f"**{SHOP}")
        return visit

    yield begin
    for each in contexts:
        each.close()


def is_told(page: Page) -> None:
    """The page has its stream, and so asks by itself only once in a minute."""
    expect(page.locator("html[data-live=on]")).to_have_count(1, timeout=SOON)


def test_a_promo_is_seen_to_start_and_is_taken_once(shoppers, world: World):
    alice, carol = shoppers("alice"), shoppers("carol")
    for each in (alice, carol):
        is_told(each.page)
        expect(each.page.get_by_text("Nothing near you just now")).to_be_visible()
    promo = activate(world)
    for each in (alice, carol):
        expect(each.page.get_by_role("link", name="Headphones XYZ").first).to_be_visible(
            timeout=SOON
        )
    expect(alice.page.locator("#unread")).to_have_text("1 unread", timeout=SOON)
    alice.page.get_by_role("button", name="Reserve").click()
    expect(alice.page.get_by_role("heading", name="It is yours for a moment")).to_be_visible()
    clock = alice.page.locator(".minute-clock time")
    first = clock.inner_text()
    expect(clock).not_to_have_text(first, timeout=SOON)
    expect(carol.page.get_by_text("Held by somebody")).to_be_visible(timeout=SOON)
    alice.page.get_by_role("button", name="Buy for $499.00").click()
    expect(alice.page.get_by_text("It is yours: fetch it at the store.")).to_be_visible()
    expect(carol.page.get_by_text("Nothing near you just now")).to_be_visible(timeout=SOON)
    carol.go(promo_path(promo.id))
    expect(carol.page.get_by_text("Sold out", exact=True)).to_be_visible()
    assert (alice.complaints, carol.complaints) == ([], [])


@pytest.mark.parametrize("width", [390, 1280], ids=["phone", "desk"])
def test_every_page_is_whole(shoppers, world: World, width: int):
    promo = activate(world, quantity=3)
    visit = shoppers("alice", width)
    for path in (*PAGES, promo_path(promo.id)):
        visit.go(path)
        assert visit.headings() == 1, path
        assert not visit.is_wider_than_its_window(), path
        assert serious(visit.page) == [], path
    visit.page.get_by_role("button", name="Reserve").click()
    expect(visit.page.get_by_role("heading", name="It is yours for a moment")).to_be_visible()
    assert serious(visit.page) == []
    assert visit.complaints == []

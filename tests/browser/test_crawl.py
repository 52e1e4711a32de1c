"""Each template in a real browser, as everybody: quiet, whole, and deaf to what is stored in it."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from flashpromo.entrance.visitor import COOKIE
from tests.browser.conftest import Visit
from tests.browser.test_console import serious
from tests.pages.crawling import Seen, crawl
from tests.pages.marketplace import REFUSED, ROLES, STARTS, Marketplace, marketplace
from tests.pages.test_crawl import hostile

__all__ = ["hostile", "marketplace"]

pytestmark = pytest.mark.no_cover  # other tests run all of these lines

LISTEN = "window.alert = window.confirm = window.prompt = () => { window.attacked = true; };"
looked_at: set[str] = set()
"""Templates that were looked at for whoever cannot see: once is enough, whoever looks."""

walks: dict[str, list[Seen]] = {}
"""What each role found: one marketplace serves all tests of this file."""


@pytest.fixture
def visit_as(chromium: Browser, address: str, marketplace: Marketplace) -> Iterator:
    """A browser on a phone, signed in as somebody, without the form."""
    contexts = []

    def begin(role: str) -> Visit:
        cookie = marketplace.as_(role).get_cookie(COOKIE)
        context = chromium.new_context(viewport={"width": 390, "height": 900})
        contexts.append(context)
        context.add_init_script(LISTEN)
        if cookie is not None:
            context.add_cookies([{"name": COOKIE, "value": cookie.value, "url": address}])
        visit = Visit(context.new_page(), address)
        visit.page.on("request", lambda asked: visit.requests.append(asked.url))
        visit.page.on("pageerror", lambda error: visit.complaints.append(str(error)))
        visit.page.on(
            "console", lambda said: said.type == "error" and visit.complaints.append(said.text)
        )
        return visit

    yield begin
    for each in contexts:
        each.close()


def one_of_each(market: Marketplace, role: str) -> list[Seen]:
    """A page of each template that somebody gets; the same ones when all texts are attacks."""
    found: dict[str, Seen] = {}
    if role not in walks:
        walks[role] = crawl(market.app, market.as_(role), list(STARTS))
    for each in walks[role]:
        if each.template and each.status == 200 and not each.template.startswith("api/"):
            found.setdefault(each.template, each)
    assert role != "operator" or len(found) > 10
    return [each for each in found.values() if each.path not in REFUSED[role]]


@pytest.mark.parametrize("role", ROLES)
def test_each_template_is_whole_on_a_phone(visit_as, marketplace: Marketplace, role: str):
    visit = visit_as(role)
    for seen in one_of_each(marketplace, role):
        visit.go(seen.path)
        assert visit.headings() == 1, seen.path
        assert not visit.is_wider_than_its_window(), seen.path
        if seen.template not in looked_at:
            looked_at.add(seen.template)
            assert serious(visit.page) == [], seen.path
    assert (visit.asked_outside, visit.complaints) == ([], [])


@pytest.mark.parametrize("role", ["owner", "operator"])
def test_nothing_that_is_stored_runs(visit_as, hostile: Marketplace, role: str):
    visit = visit_as(role)
    for seen in one_of_each(hostile, role):
        visit.go(seen.path)
        assert not visit.page.evaluate("window.attacked === true"), seen.path
        assert visit.headings() == 1, seen.path
    assert (visit.asked_outside, visit.complaints) == ([], [])

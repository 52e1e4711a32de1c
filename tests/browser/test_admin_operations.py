"""The operators' pages over the service in a real browser: live, at a desk and on a phone."""

import os

import pytest
from playwright.sync_api import expect

from tests.admin.operating import AUDIT, HEALTH, QUEUES, look_as, town, workshop
from tests.browser.conftest import Visit
from tests.browser.test_console import serious
from tests.pages.conftest import PASSWORD

__all__ = ["look_as", "town", "workshop"]

SECONDS = 1000  # playwright counts milliseconds


@pytest.fixture
def operator(visit: Visit, town, workshop) -> Visit:
    """An operator, signed in by the form; something waits, and something has failed."""
    town.account("admin")
    soon = town.promo("Headphones with a name that is rather long for a narrow window", hours=2)
    due = town.promo("Keyboard", hours=-1)
    workshop.sign_in_workers()
    workshop.ring(due)
    workshop.fail("one", ["activate", None, [soon], {}])
    workshop.fail("a-name-of-somebody-else" * 6, ["os.system", None, ["true"], {}])
    workshop.leave_a_trace()
    visit.go(f"/sign-in/?next={QUEUES}")
    visit.page.get_by_role("textbox").first.fill("admin")
    visit.page.locator("input[type=password]").fill(PASSWORD)
    visit.page.locator("main button[type=submit]").click()
    visit.page.wait_for_url(f"**{QUEUES}")
    return visit


def shot(visit: Visit, name: str) -> None:
    if folder := os.environ.get("SHOTS"):
        width = visit.page.viewport_size["width"]
        visit.page.screenshot(path=f"{folder}/g_{name}_{width}.png", full_page=True)


def whole(visit: Visit, name: str) -> None:
    shot(visit, name)
    assert visit.headings() == 1, name
    assert not visit.is_wider_than_its_window(), name
    assert serious(visit.page) == [], name


def test_every_page_is_whole(operator: Visit):
    page = operator.page
    whole(operator, "queues")
    page.get_by_role("link", name="Start a promo").first.click()
    expect(page.locator(".traceback")).to_contain_text("<script>alert(1)</script>")
    whole(operator, "failed")
    page.get_by_role("link", name="Requeue").click()
    whole(operator, "requeue")
    page.get_by_role("button", name="Requeue").click()
    expect(page.locator(".alert-success")).to_contain_text("in its queue again")
    operator.go(HEALTH)
    whole(operator, "health")
    operator.go(AUDIT)
    whole(operator, "audit")
    page.get_by_role("link", name="Failed job requeued").click()
    whole(operator, "event")
    assert (operator.asked_outside, operator.complaints) == ([], [])


@pytest.mark.parametrize("visit", [1280], indirect=True)
def test_it_renews_itself_while_somebody_looks(operator: Visit, workshop):
    page = operator.page
    focused = page.get_by_role("link", name="Requeue the job one")
    focused.focus()
    workshop.fail("two", ["activate", None, [4711], {}])
    expect(page.get_by_text("Number 4711")).to_be_visible(timeout=15 * SECONDS)
    expect(page.locator("#said")).to_have_text("3 jobs have failed.")
    expect(focused).to_be_focused()
    operator.go(HEALTH)
    expect(page.locator("#sign-schedulers")).to_be_visible()
    workshop.redis.delete("rq:workers")
    expect(page.get_by_text("nobody serves")).to_be_visible(timeout=15 * SECONDS)
    assert (operator.asked_outside, operator.complaints) == ([], [])

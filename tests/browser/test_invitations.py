"""An owner invites, somebody new reads the letter, and is in; at a desk and on a phone."""

from collections.abc import Iterator

import pytest
from flask import Flask
from playwright.sync_api import expect

from flashpromo.accounts import sign_ins
from flashpromo.db import transaction
from tests.browser.conftest import Visit
from tests.browser.test_console import serious, sign_in
from tests.console.conftest import OWNER, STAFF, Town, town
from tests.letters.conftest import mailbox, server
from tests.letters.mailbox import Mailbox
from tests.letters.sending import deliver_letters
from tests.pages.conftest import PASSWORD
from tests.processes.web import served

__all__ = ["mailbox", "server", "town"]


@pytest.fixture(scope="module")
def address(app: Flask, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A web that may write letters; who sends them is the test."""
    folder = tmp_path_factory.mktemp("web")
    with served(folder, FLASHPROMO_MAIL_FOLDER=str(folder / "mail")) as address:
        yield address


def is_whole(visit: Visit) -> None:
    assert visit.headings() == 1, visit.page.url
    assert not visit.is_wider_than_its_window(), visit.page.url
    assert serious(visit.page) == [], visit.page.url


def test_an_invitation_from_the_letter_to_the_store(visit: Visit, town: Town, mailbox: Mailbox):
    members = f"/console/stores/{town.world.store_id}/members/"
    invite(visit, town, members)
    visit.page.context.clear_cookies()
    (link,) = mailbox.links()
    come_in(visit, link)
    visit.go(members)
    expect(visit.page.get_by_role("row", name="ben")).to_contain_text("Owner")
    visit.page.context.clear_cookies()
    visit.go(link)
    expect(visit.page.locator("h1")).to_have_text("This link is not good any more")
    is_whole(visit)
    assert visit.asked_outside == []


def invite(visit: Visit, town: Town, members: str) -> None:
    """Ben, as an owner; the letter is sent."""
    page = visit.page
    town.account(OWNER)
    town.account(STAFF)
    sign_in(visit)
    visit.go(members)
    is_whole(visit)
    page.get_by_label("E-mail address").fill("ben@example.com")
    page.get_by_label("Role").first.select_option("owner")
    page.get_by_role("button", name="Invite").click()
    expect(page.get_by_role("status")).to_contain_text("on its way to ben@example.com")
    deliver_letters(town.app)
    visit.go(members)
    row = page.get_by_role("row", name="ben@example.com")
    expect(row).to_contain_text("good until")
    is_whole(visit)
    row.get_by_role("link", name="Withdraw").click()
    is_whole(visit)


def come_in(visit: Visit, link: str) -> None:
    """With a new account, at the second attempt."""
    page = visit.page
    visit.go(link)
    expect(page.locator("h1")).to_have_text("Come into TechShop")
    is_whole(visit)
    page.get_by_label("User name").fill("ben")
    page.get_by_label("Password", exact=False).first.fill(PASSWORD)
    page.get_by_label("Password once more").fill("something else")
    page.get_by_role("button", name="Make the account").click()
    expect(page.get_by_label("Password once more")).to_have_attribute("aria-invalid", "true")
    expect(page.get_by_label("User name")).to_have_value("ben")
    is_whole(visit)
    page.get_by_label("Password", exact=False).first.fill(PASSWORD)
    page.get_by_label("Password once more").fill(PASSWORD)
    page.get_by_role("button", name="Make the account").click()
    page.wait_for_url("**/console/")
    expect(page.get_by_role("status").first).to_contain_text("Welcome to TechShop.")


def test_a_forgotten_password_is_chosen_anew(visit: Visit, town: Town, mailbox: Mailbox):
    page = visit.page
    town.account(OWNER)
    give_address(town)
    visit.go("/sign-in/")
    page.get_by_role("link", name="Forgotten your password?").click()
    is_whole(visit)
    page.get_by_label("User name or e-mail address").fill("house@techshop.example")
    page.get_by_role("button", name="Send the link").click()
    expect(page.locator("h1")).to_have_text("Look into your mailbox")
    is_whole(visit)
    deliver_letters(town.app)
    (link,) = mailbox.links()
    visit.go(link)
    is_whole(visit)
    page.get_by_label("New password", exact=False).first.fill("quite another one")
    page.get_by_label("New password once more").fill("quite another one")
    page.get_by_role("button", name="Change the password").click()
    expect(page.get_by_role("status")).to_contain_text("Sign in with the new one.")
    assert (visit.asked_outside, visit.complaints) == ([], [])


def give_address(town: Town) -> None:
    with town.app.app_context(), transaction():
        sign_ins.find(OWNER).email = "house@techshop.example"

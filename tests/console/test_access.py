"""Who gets into the console, and sees what."""

import re

import pytest
from flask import Flask
from sqlalchemy import text

from flashpromo.accounts import sign_ins
from flashpromo.db import session, transaction
from flashpromo.market import members
from tests.console.conftest import CONSOLE, NOBODY, OTHER, OWNER, PROMOS, SETTINGS, STAFF
from tests.pages.conftest import Browser

PAGES = [
    CONSOLE,
    "/console/now/",
    PROMOS,
    "/console/settings/",
    "/console/settings/sign-out-elsewhere/",
    "/console/store/",
]


NUMBER = re.compile(r"<int:\w+>")
UUID = re.compile(r"<uuid:\w+>")
CHOICE = re.compile(r"<any\((\w+)[^>]*>")


def address_of(rule: str) -> str:
    """An address that fits: 1 for a number, zeros for an UUID, the first of a choice."""
    numbered = UUID.sub("00000000-0000-0000-0000-000000000000", NUMBER.sub("1", rule))
    return CHOICE.sub(r"\1", numbered)


def console_routes(app: Flask) -> list[tuple[str, str]]:
    return sorted(
        (method, rule.rule)
        for rule in app.url_map.iter_rules()
        for method in rule.methods & {"GET", "POST", "PUT", "PATCH", "DELETE"}
        if rule.rule.startswith("/console")
    )


def test_every_route_of_the_console_refuses_a_client(app: Flask, look_as):
    alice = look_as("alice")
    token = alice.get("/").text.partition('name="csrf_token" value="')[2].partition('"')[0]
    for method, path in console_routes(app):
        page = alice.http.open(address_of(path), method=method, data={"csrf_token": token})
        assert page.status_code == 403, (method, path)
        assert page.text.count("<h1") == 1
    assert "you are signed in as a client" in page.text


def test_every_route_of_the_console_leads_a_stranger_to_the_form(app: Flask, client):
    for method, path in console_routes(app):
        led = client.open(address_of(path), method=method)
        assert (led.status_code, led.headers["Location"].split("?")[0]) == (303, "/sign-in/")


@pytest.mark.parametrize("username", [OWNER, STAFF, OTHER, NOBODY, "admin"])
def test_merchants_and_operators_see_every_page(look_as, username: str):
    browser = look_as(username)
    for path in PAGES:
        page = browser.get(path)
        assert page.status_code == 200, path
        assert page.headers["Cache-Control"] == "no-store"
        assert page.text.count("<h1") == (0 if path.endswith("/now/") else 1)


def test_a_part_asked_for_after_the_session_has_ended_leads_the_whole_page(client):
    answer = client.get("/console/now/", headers={"HX-Request": "true"})
    assert (answer.status_code, answer.text) == (204, "")
    assert answer.headers["HX-Redirect"] == "/sign-in/?next=/console/"


@pytest.mark.parametrize("path", [CONSOLE, PROMOS, "/console/now/"])
def test_promos_of_other_stores_are_never_shown(look_as, town, path: str):
    town.promo("Headphones", hours=0)
    town.promo("Coffee", hours=0, product_id=town.coffee_id)
    seen = {
        name: ("Headphones" in text, "Cold brew" in text)
        for name in (OWNER, STAFF, OTHER, NOBODY, "admin")
        for text in [look_as(name).get(path).text]
    }
    mine, theirs, none, all_of_them = (True, False), (False, True), (False, False), (True, True)
    assert seen == {OWNER: mine, STAFF: mine, OTHER: theirs, NOBODY: none, "admin": all_of_them}


def test_a_membership_that_ends_shows_nothing_more(app: Flask, look_as, town):
    town.promo("Headphones")
    tess = look_as(STAFF)
    assert "Headphones" in tess.get(PROMOS).text
    with app.app_context(), transaction():
        members.remove(town.world.store_id, sign_ins.find(STAFF).user_id)
    assert "Headphones" not in tess.get(PROMOS).text
    assert "You are a member of no store yet" in tess.get(CONSOLE).text


def test_signing_out_from_the_header(owner: Browser):
    assert owner.submit(CONSOLE, "/sign-out/").headers["Location"] == "/"
    assert owner.get(CONSOLE).status_code == 303


@pytest.mark.parametrize(
    ("broken", "status", "title"),
    [
        ("SELECT 1 / 0", 500, "Something went wrong here."),
        ("SELECT pg_sleep(1)", 503, "The service cannot answer just now."),
    ],
)
def test_what_the_database_refuses_is_told_on_a_page(
    owner: Browser, monkeypatch, broken: str, status: int, title: str
):
    def fails() -> None:
        session().execute(text("SET LOCAL statement_timeout = 10"))
        session().execute(text(broken))

    monkeypatch.setattr("flashpromo.console.dashboard.app_now", fails)
    page = owner.get(CONSOLE)
    assert page.status_code == status
    assert f"<h1>{title}</h1>" in page.text
    assert ("Retry-After" in page.headers) is (status == 503)


@pytest.mark.parametrize("path", [CONSOLE, PROMOS, SETTINGS])
def test_a_page_that_is_fetched_by_a_script_is_whole(owner: Browser, path: str):
    """As htmx does, to go back to a page that it has forgotten."""
    headers = {"HX-Request": "true", "HX-History-Restore-Request": "true"}
    page = owner.get(path, headers=headers)
    assert page.status_code == 200
    assert "<header" in page.text

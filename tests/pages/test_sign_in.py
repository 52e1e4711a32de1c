"""The one sign-in form: a session on the server, which nobody uses after its end."""

from hashlib import sha256

import pytest
from flask import Flask, session
from sqlalchemy import text

from flashpromo.accounts import sign_ins, users
from flashpromo.accounts.believed import believed
from flashpromo.app import create_app
from flashpromo.config import Settings
from flashpromo.db import db, transaction
from flashpromo.entrance.visitor import SAFE_COOKIE
from tests.conftest import Clock
from tests.pages.conftest import PASSWORD, SIGN_IN, SIGN_OUT, Browser

MERCHANT_ONLY = "/console/promos/"


def test_the_form_has_its_fields_and_one_heading(browser: Browser):
    page = browser.get(f"{SIGN_IN}?next=/console/").text
    assert page.count("<h1") == 1
    for name in ("username", "password", "next", "csrf_token"):
        assert f'name="{name}"' in page
    assert 'value="/console/"' in page
    assert "<script" not in page
    assert "<style" not in page
    assert " style=" not in page


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/console/", 200),
        ("/console", 308),
        ("/admin/", 403),  # it is a merchant who has come
        ("/admin/?page=2&q=a%20b", 403),
    ],
)
def test_who_is_anonymous_is_led_to_the_form_and_back(browser: Browser, path: str, status: int):
    led = browser.get(path)
    assert (led.status_code, led.headers["Location"].split("?")[0]) == (303, SIGN_IN)
    back = browser.sign_in(page=led.headers["Location"])
    assert (back.status_code, back.headers["Location"]) == (303, path)
    assert browser.get(path).status_code == status


def test_a_form_of_a_private_page_leads_back_to_its_front(browser: Browser):
    led = browser.http.post("/console/promos/1/cancel/", data={})
    assert led.headers["Location"] == f"{SIGN_IN}?next=/console/"


@pytest.mark.parametrize(
    ("named", "back"),
    [
        ("http://localhost/console/promos/new/?product=7", "/console/promos/new/?product%3D7"),
        ("http://elsewhere/console/promos/new/", "/console/"),
        ("http://localhost/sign-in/", "/console/"),
        ("http://localhost/console/nowhere/", "/console/"),
        ("http://localhost/console/settings/password/", "/console/"),  # cannot be gone to
        ("nonsense", "/console/"),
        ("http://[", "/console/"),
    ],
)
def test_a_form_leads_back_to_its_page_if_that_is_ours(browser: Browser, named: str, back: str):
    path = "/console/promos/1/cancel/"
    led = browser.http.post(path, data={}, headers={"Referer": named})
    assert led.headers["Location"] == f"{SIGN_IN}?next={back}"
    part = {"HX-Request": "true", "HX-Current-URL": named}
    assert browser.http.post(path, headers=part).headers["HX-Redirect"].endswith(f"?next={back}")


def test_what_only_begins_like_a_private_path_is_public(browser: Browser):
    assert browser.get("/consoles").status_code == 404


def test_the_cookie_holds_nothing_but_a_random_token(browser: Browser, engine):
    set_cookies = browser.sign_in().headers.getlist("Set-Cookie")
    cookie = next(each for each in set_cookies if each.startswith("flashpromo_session="))
    for attribute in ("HttpOnly", "SameSite=Lax", "Path=/"):
        assert attribute in cookie
    assert "Secure" not in cookie
    with engine.connect() as connection:
        row = connection.execute(text("SELECT * FROM auth_token")).one()
    assert bytes(row.token_hash) == sha256(browser.cookie.encode()).digest()
    assert (row.kind, row.username) == ("session", "techshop")
    assert browser.cookie not in str(row)


def test_flask_s_own_cookie_carries_nothing_but_the_form_s_token(browser: Browser):
    browser.sign_in()
    with browser.http:
        browser.get("/")
        assert set(session) == {"csrf_token"}


def test_an_old_copy_of_the_cookie_is_refused_after_signing_out(browser: Browser, new_browser):
    browser.sign_in()
    stolen = browser.cookie
    thief = new_browser()
    thief.cookie = stolen
    assert thief.signed_in_as == "techshop"
    answer = browser.sign_out()
    assert (answer.status_code, answer.headers["Location"]) == (303, "/")
    assert browser.cookie is None
    assert thief.signed_in_as is None
    assert thief.get(MERCHANT_ONLY).status_code == 303


@pytest.mark.parametrize("end", ["new password", "deactivated", "expired"])
def test_an_old_copy_is_refused_after(end: str, browser: Browser, app: Flask, clock: Clock):
    browser.sign_in()
    assert browser.signed_in_as == "techshop"
    with app.app_context(), transaction():
        if end == "new password":
            sign_ins.set_password("techshop", "another one")
        elif end == "deactivated":
            users.set_active("techshop", active=False)
    if end == "expired":
        clock.advance(hours=13)
        believed.forget_all()
    assert browser.signed_in_as is None


def test_signing_in_anew_ends_the_session_before(browser: Browser, new_browser):
    browser.sign_in()
    thief = new_browser()
    thief.cookie = browser.cookie
    assert browser.submit("/", SIGN_IN, username="alice", password=PASSWORD).status_code == 303
    assert browser.signed_in_as == "alice"
    assert thief.signed_in_as is None


def test_the_api_takes_no_cookie_and_pages_no_bearer_token(browser: Browser):
    browser.sign_in()
    assert browser.get("/api/auth/me/").status_code == 401
    as_bearer = {"Authorization": f"Bearer {browser.cookie}"}
    assert browser.get("/api/auth/me/", headers=as_bearer).status_code == 401
    sent = {"username": "techshop", "password": PASSWORD}
    token = browser.http.post("/api/auth/token/", json=sent).json["token"]
    browser.cookie = token
    assert browser.signed_in_as is None
    assert (
        browser.get(MERCHANT_ONLY, headers={"Authorization": f"Bearer {token}"}).status_code == 303
    )


def test_sessions_are_listed_and_ended_by_the_api(browser: Browser, new_browser):
    browser.sign_in()
    sent = {"username": "techshop", "password": PASSWORD}
    token = new_browser().http.post("/api/auth/token/", json=sent).json["token"]
    headers = {"Authorization": f"Bearer {token}"}
    listed = browser.get("/api/auth/tokens/", headers=headers)
    assert [each["kind"] for each in listed.json["results"]] == ["token", "session"]
    assert browser.cookie not in listed.text
    browser.http.delete("/api/auth/tokens/", headers=headers)
    assert browser.signed_in_as is None


@pytest.mark.parametrize(
    ("username", "password"),
    [("techshop", "wrong"), ("nobody", PASSWORD), ("", ""), ("a\0", "\0"), ("<b>", PASSWORD)],
)
def test_a_failure_keeps_the_name_and_does_not_say_what_was_wrong(
    browser: Browser, username: str, password: str
):
    page = browser.sign_in(username, password, page=f"{SIGN_IN}?next=/console/")
    assert page.status_code == 422
    assert "User name or password is wrong." in page.text
    assert page.text.count("<h1") == 1
    assert f'value="{username.replace("<", "&lt;").replace(">", "&gt;")}"' in page.text
    assert 'value="/console/"' in page.text
    if password:
        assert f'value="{password}"' not in page.text
    assert browser.cookie is None


def test_too_many_failures_are_a_page_that_says_how_long_to_wait(browser: Browser, settings):
    for _ in range(settings.sign_in_failures_per_minute):
        assert browser.sign_in(password="wrong").status_code == 422
    page = browser.sign_in()
    assert (page.status_code, page.mimetype) == (429, "text/html")
    wait_seconds = int(page.headers["Retry-After"])
    assert 0 < wait_seconds <= 60
    assert f"Try again in {wait_seconds} s." in page.text
    assert 'value="techshop"' in page.text
    assert browser.cookie is None
    assert browser.sign_in("alice").status_code == 303


def test_both_doors_count_together(browser: Browser, settings):
    for _ in range(settings.sign_in_failures_per_minute):
        browser.sign_in(password="wrong")
    sent = {"username": "techshop", "password": PASSWORD}
    assert browser.http.post("/api/auth/token/", json=sent).status_code == 429


@pytest.mark.parametrize(
    "elsewhere",
    [
        *("//evil.example", "/\\evil.example", "\\\\evil.example", "https://evil.example/"),
        *("evil.example", "javascript:alert(1)", "/\t/evil.example", "/\n/evil.example", ""),
        *("///evil.example", "/console/\r\nSet-Cookie: a=b", "http:/evil", "/" + "x" * 3000),
        *("/sign-in/?next=/sign-in/", "/sign-out/", "/\u2028", " //evil.example"),
    ],
)
def test_next_leads_nowhere_else(browser: Browser, elsewhere: str):
    fields = {"username": "techshop", "password": PASSWORD, "next": elsewhere}
    answer = browser.submit(SIGN_IN, SIGN_IN, **fields)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/")
    led_on = browser.http.get(SIGN_IN, query_string={"next": elsewhere})
    assert (led_on.status_code, led_on.headers["Location"]) == (303, "/")


@pytest.mark.parametrize("path", [SIGN_IN, SIGN_OUT])
def test_a_form_of_another_site_does_nothing(browser: Browser, path: str):
    sent = {"username": "techshop", "password": PASSWORD}
    page = browser.http.post(path, data=sent)
    assert page.status_code == 400
    assert "expired" in page.text
    assert page.text.count("<h1") == 1
    assert browser.cookie is None


def test_a_token_of_before_signing_in_counts_no_more(browser: Browser):
    before = browser.get(SIGN_IN).text.partition('name="csrf_token" value="')[2].partition('"')[0]
    browser.sign_in()
    assert browser.http.post(SIGN_OUT, data={"csrf_token": before}).status_code == 400
    assert browser.signed_in_as == "techshop"


def test_a_database_that_is_away_is_a_page_too(settings: Settings):
    nowhere = {"database_url": "postgresql+psycopg2://nobody@localhost:1/nothing"}
    browser = Browser(create_app(settings.model_copy(update=nowhere)).test_client())
    browser.cookie = "any"
    page = browser.get("/")
    assert (page.status_code, page.mimetype) == (503, "text/html")
    assert page.text.count("<h1") == 1


def test_in_production_cookies_stay_off_plain_http(settings: Settings, people: None):
    production = {"environment": "production", "secret_key": "x" * 32}
    app = create_app(settings.model_copy(update=production))
    browser = Browser(app.test_client())
    browser.http.environ_base["wsgi.url_scheme"] = "https"
    page = browser.http.get(SIGN_IN, base_url="https://localhost")
    token = page.text.partition('name="csrf_token" value="')[2].partition('"')[0]
    assert "Secure" in page.headers["Set-Cookie"]
    sent = {"username": "techshop", "password": PASSWORD, "csrf_token": token}
    own = {"Referer": "https://localhost/sign-in/"}
    answer = browser.http.post(SIGN_IN, data=sent, headers=own, base_url="https://localhost")
    cookies = answer.headers.getlist("Set-Cookie")
    cookie = next(each for each in cookies if each.startswith(SAFE_COOKIE))
    assert "Secure" in cookie
    assert "Domain" not in cookie
    home = browser.http.get("/", base_url="https://localhost").text
    assert "Signed in as techshop" in home
    with app.app_context():
        db.engine.dispose()

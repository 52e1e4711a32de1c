"""Spanish and English: by the browser, by choice, and with the account that chose."""

import pytest
from flask import Flask
from sqlalchemy import select

from flashpromo.accounts.models import User
from flashpromo.db import db
from flashpromo.entrance.language import COOKIE
from tests.pages.conftest import SIGN_IN, Browser

SPANISH = {"Accept-Language": "es-MX,es;q=0.9,en;q=0.8"}
CHOOSE = "/language/"


def language_of(app: Flask) -> str | None:
    with app.app_context():
        return db.session.scalar(select(User.language))


def test_the_browser_s_language_is_spoken(browser: Browser):
    page = browser.get("/", headers=SPANISH).text
    assert '<html lang="es">' in page
    assert "Empieza a tiempo." in page
    assert '<html lang="en">' in browser.get("/", headers={"Accept-Language": "fr"}).text


def test_a_choice_counts_more_and_leads_back(browser: Browser):
    answer = browser.submit(SIGN_IN, CHOOSE, language="es", next="/sign-in/?next=/console/")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/sign-in/?next=/console/")
    page = browser.get(SIGN_IN, headers={"Accept-Language": "en-US"}).text
    assert '<html lang="es">' in page
    assert "Contraseña" in page


def test_refusals_of_the_domain_are_spoken_too(browser: Browser):
    browser.http.set_cookie(COOKIE, "es")
    page = browser.sign_in(password="wrong").text
    assert "El nombre de usuario o la contraseña no es correcto." in page


def test_the_choice_of_a_user_comes_along_to_another_browser(browser, new_browser, app):
    browser.sign_in()
    assert language_of(app) is None
    browser.submit("/", CHOOSE, language="es")
    assert language_of(app) == "es"
    other = new_browser()
    other.sign_in()
    assert '<html lang="es">' in other.get("/").text


def test_a_client_and_a_visitor_have_their_choice_in_the_browser_alone(browser, new_browser, app):
    browser.submit("/", CHOOSE, language="es")
    browser.sign_in("alice")
    assert '<html lang="es">' in browser.get("/").text
    browser.submit("/", CHOOSE, language="es")
    assert language_of(app) is None
    other = new_browser()
    other.sign_in("alice")
    assert '<html lang="en">' in other.get("/").text


@pytest.mark.parametrize("language", ["fr", "", "../es", "es\0"])
def test_no_other_language_can_be_chosen(browser: Browser, language: str):
    answer = browser.submit("/", CHOOSE, language=language)
    assert (answer.status_code, answer.mimetype) == (400, "text/html")
    browser.http.set_cookie(COOKIE, "fr")
    assert '<html lang="en">' in browser.get("/").text


def test_another_site_chooses_nothing_and_leads_nowhere_else(browser: Browser):
    assert browser.http.post(CHOOSE, data={"language": "es"}).status_code == 400
    answer = browser.submit("/", CHOOSE, language="es", next="//evil.example")
    assert answer.headers["Location"] == "/"

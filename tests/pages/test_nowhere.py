"""Where nothing is, a person gets a page with a way on, and a program a problem."""

import pytest

from tests.pages.conftest import Browser


@pytest.mark.parametrize("path", ["/nowhere", "/static/no.css"])
def test_an_address_where_nothing_is_has_a_page_with_a_way_on(browser: Browser, path: str):
    answer = browser.get(path)
    assert (answer.status_code, answer.mimetype) == (404, "text/html")
    assert "There is nothing at this address." in answer.text
    assert '<a class="btn btn-primary"' in answer.text


def test_so_has_one_within_the_console(browser: Browser):
    browser.sign_in()
    answer = browser.get("/console/promo/")
    assert answer.status_code == 404
    assert "There is nothing at this address." in answer.text


def test_what_can_only_be_sent_has_it_too_and_says_what_is_allowed(browser: Browser):
    answer = browser.get("/sign-out/")
    assert answer.status_code == 405
    assert "POST" in answer.headers["Allow"]
    assert answer.text.count("<h1>") == 1


def test_a_program_gets_a_problem(browser: Browser):
    answer = browser.get("/api/nowhere/")
    assert (answer.status_code, answer.mimetype) == (404, "application/problem+json")

"""One's own settings: language, password, and the other places where one is signed in."""

from tests.console.conftest import OWNER, SETTINGS
from tests.pages.conftest import PASSWORD, Browser

CHANGE, ELSEWHERE = f"{SETTINGS}password/", f"{SETTINGS}sign-out-elsewhere/"
NEW = "a better one"


def change(browser: Browser, old: str, new: str, repeated: str | None = None):
    fields = {"old_password": old, "new_password": new, "repeated_password": repeated or new}
    return browser.submit(SETTINGS, CHANGE, **fields)


def test_a_new_password_ends_what_was_signed_in_with_the_old_one(owner: Browser, look_as):
    other = look_as(OWNER)
    answer = change(owner, PASSWORD, NEW)
    assert (answer.status_code, answer.headers["Location"]) == (303, SETTINGS)
    assert "Your password is changed." in owner.get(SETTINGS).text
    assert "Your password is changed." not in owner.get(SETTINGS).text
    assert other.signed_in_as is None
    assert other.sign_in(OWNER, NEW).status_code == 303


def test_a_wrong_field_is_told_at_the_field(owner: Browser):
    for sent, name, said in (
        (("wrong", NEW), "old_password", "Is not your password."),
        ((PASSWORD, "short"), "new_password", "Must have at least 8 characters."),
        ((PASSWORD, NEW, "another"), "repeated_password", "Is not the same"),
    ):
        page = change(owner, *sent)
        assert page.status_code == 422
        error = page.text.partition(f'id="{name}-error"')[2].partition("</div>")[0]
        assert said in error
        field = page.text.partition(f'id="{name}"')[2].partition(">")[0]
        assert 'aria-invalid="true"' in field
        assert f"{name}-error" in field
        assert page.text.count('aria-invalid="true"') == 1
        assert page.text.count("<h1") == 1
        assert NEW not in page.text
    assert owner.signed_in_as == OWNER


def test_what_is_wrong_is_told_at_once(owner: Browser, settings):
    page = change(owner, PASSWORD, "short", "another").text
    assert all(f'id="{name}-error"' in page for name in ("new_password", "repeated_password"))
    for _ in range(settings.sign_in_failures_per_minute):
        page = change(owner, "wrong", NEW, "another").text
        assert all(f'id="{name}-error"' in page for name in ("old_password", "repeated_password"))
    assert change(owner, "wrong", NEW, "another").status_code == 429


def test_it_says_so_in_spanish(owner: Browser):
    owner.submit(SETTINGS, "/language/", language="es")
    assert "Debe tener al menos 8 caracteres." in change(owner, PASSWORD, "short").text


def test_guessing_the_present_password_is_limited(owner: Browser, settings):
    for _ in range(settings.sign_in_failures_per_minute):
        assert change(owner, "wrong", NEW).status_code == 422
    page = change(owner, PASSWORD, NEW)
    assert page.status_code == 429
    assert "Too many attempts." in page.text


def test_signing_out_elsewhere_says_what_it_does_and_does_it(owner: Browser, look_as):
    other = look_as(OWNER)
    asked = owner.get(ELSEWHERE)
    assert "Your keys for programs end too" in asked.text
    assert other.signed_in_as == OWNER
    answer = owner.submit(ELSEWHERE, ELSEWHERE)
    assert (answer.status_code, answer.headers["Location"]) == (303, SETTINGS)
    assert other.signed_in_as is None
    assert "Everywhere else you are signed out." in owner.get(SETTINGS).text
    assert owner.http.post(ELSEWHERE).status_code == 400

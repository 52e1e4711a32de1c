"""The front page."""


def test_greets_with_one_heading_and_leads_on(client):
    page = client.get("/")
    assert page.status_code == 200
    assert page.text.count("<h1") == 1
    for address in ("/api/openapi.json", "/readyz", "/sign-in/"):
        assert f'href="{address}"' in page.text
        assert client.get(address).status_code == 200


def test_says_who_is_signed_in_and_lets_it_go(browser):
    assert browser.signed_in_as is None
    browser.sign_in("alice")
    page = browser.get("/")
    assert "Signed in as alice" in page.text
    assert page.text.count("<h1") == 1
    assert page.headers["Cache-Control"] == "no-store"
    browser.sign_out()
    assert browser.signed_in_as is None

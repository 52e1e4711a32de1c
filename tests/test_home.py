"""The front page."""


def test_greets_with_one_heading_and_leads_on(client):
    page = client.get("/")
    assert page.status_code == 200
    assert page.text.count("<h1") == 1
    for address in ("/api/openapi.json", "/readyz"):
        assert f'href="{address}"' in page.text
        assert client.get(address).status_code == 200

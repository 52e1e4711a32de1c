"""What every page forbids the browser, and the ways to say otherwise."""

import pytest
from flask import Flask

from flashpromo.app import create_app
from flashpromo.config import Settings
from flashpromo.entrance import headers

PAGES = ["/", "/sign-in/", "/nothing/here"]


@pytest.mark.parametrize("path", PAGES)
def test_every_page_keeps_others_out(client, path: str):
    sent = client.get(path).headers
    policy = sent["Content-Security-Policy"]
    assert "default-src 'self'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert sent["X-Content-Type-Options"] == "nosniff"
    assert sent["Referrer-Policy"] == "same-origin"
    assert sent["X-Frame-Options"] == "DENY"


def test_a_view_may_have_a_policy_of_its_own(settings: Settings):
    app = create_app(settings)

    @app.get("/drawn/")
    @headers.policy({**headers.STRICT, "style-src": ["'self'", "'unsafe-inline'"]})
    def drawn() -> str:
        return ""

    http = app.test_client()
    assert "style-src 'self' 'unsafe-inline'" in http.get("/drawn/").headers[POLICY]
    assert "style-src" not in http.get("/sign-in/").headers[POLICY]


POLICY = "Content-Security-Policy"


@pytest.fixture
def strict(settings: Settings) -> Flask:
    return create_app(settings.model_copy(update={"force_https": True}))


def test_https_is_forced_only_where_the_settings_say_so(client, strict: Flask):
    assert client.get("/sign-in/").status_code == 200
    led = strict.test_client().get("/sign-in/?next=/console/")
    assert led.status_code == 302
    assert led.headers["Location"] == "https://localhost/sign-in/?next=/console/"
    secure = strict.test_client().get("/sign-in/", base_url="https://localhost")
    assert secure.headers["Strict-Transport-Security"].startswith("max-age=")
    assert "Strict-Transport-Security" not in client.get("/sign-in/").headers


def test_probes_are_answered_over_http_too(strict: Flask):
    assert strict.test_client().get("/healthz").status_code == 200

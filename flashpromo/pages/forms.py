"""Forms that no other site can send: each carries a token that fits a signed cookie of its browser.

That signed cookie holds nothing but the token, messages for the next page, and which store the
console is narrowed to; who is signed in stands on the server (`entrance.visitor`). The API takes no
cookie, so it needs no such token.
"""

from typing import Final

from flask import Flask, request
from flask_wtf import CSRFProtect

from flashpromo.config import Settings
from flashpromo.entrance import uploads
from flashpromo.pages import opting_out

API: Final = "/api/"
COOKIE: Final = "flashpromo_form"
SAFE_COOKIE: Final = f"__Host-{COOKIE}"
"""Its name where it is only sent over https: no other host of the domain can plant it, nor an older
one together with the token that fits it."""


def init_app(app: Flask, settings: Settings) -> None:
    """Ask every POST, PUT, PATCH and DELETE outside the API for its token."""
    app.config.update(
        SESSION_COOKIE_NAME=SAFE_COOKIE if settings.only_over_https else COOKIE,
        SESSION_COOKIE_SECURE=settings.only_over_https,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        WTF_CSRF_CHECK_DEFAULT=False,  # asked for below, where the API is left out
        WTF_CSRF_TIME_LIMIT=None,  # as long as the cookie: a form may stay open over lunch
    )
    csrf = CSRFProtect(app)
    csrf.exempt(opting_out.blueprint)  # its link is the proof

    @app.before_request
    def ask_for_token() -> None:
        if not request.path.startswith(API):
            uploads.allow()
            csrf.protect(apply_exemptions=True)

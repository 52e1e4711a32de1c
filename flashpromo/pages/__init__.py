"""The public pages: home, and the one sign-in form that every other page leads to and back from."""

from flask import Flask

from flashpromo.config import Settings
from flashpromo.entrance import error_pages
from flashpromo.pages import (
    forgotten,
    forms,
    gate,
    home,
    language,
    links,
    media,
    opting_out,
    sign_in,
)


def init_app(app: Flask, settings: Settings) -> None:
    """Open the door on `app`."""
    gate.init_app(app)
    forms.init_app(app, settings)
    error_pages.init_app(app)
    app.register_blueprint(forgotten.blueprint)
    app.register_blueprint(home.blueprint)
    app.register_blueprint(language.blueprint)
    app.register_blueprint(links.blueprint)
    app.register_blueprint(opting_out.blueprint)
    app.register_blueprint(sign_in.blueprint)
    app.register_blueprint(media.blueprint)

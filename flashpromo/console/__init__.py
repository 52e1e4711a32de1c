"""The merchant console: the pages at which those who pay see and change their promos."""

from flask import Flask

from flashpromo.console import dashboard, promo_list, settings, store_choice


def init_app(app: Flask) -> None:
    """Open the door on `app`."""
    for door in (dashboard, promo_list, settings, store_choice):
        app.register_blueprint(door.blueprint)

"""The merchant console: the pages at which those who pay see and change their promos."""

from typing import Final

from flask import Flask

from flashpromo.console import (
    dashboard,
    invitations,
    member_steps,
    members,
    product_editor,
    product_export,
    product_images,
    product_import,
    promo_editor,
    promo_list,
    promo_page,
    promo_steps,
    series,
    settings,
    store_choice,
    stores,
)

DOORS: Final = (
    dashboard,
    invitations,
    member_steps,
    members,
    product_editor,
    promo_editor,
    product_export,
    product_images,
    product_import,
    promo_list,
    promo_page,
    promo_steps,
    series,
    settings,
    store_choice,
    stores,
)


def init_app(app: Flask) -> None:
    """Open the door on `app`."""
    for door in DOORS:
        app.register_blueprint(door.blueprint)

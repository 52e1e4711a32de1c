"""The shop: the pages at which a client sees what is near, takes it, and minds its own affairs.

Every step is a form that works without JavaScript; scripts count down, draw the map, and let the
page be told by the live process when there is something new.
"""

from typing import Final

from flask import Flask

from flashpromo.shop import (
    inbox,
    leaving,
    listening,
    near,
    place,
    promo_page,
    reservations,
    settings,
)

DOORS: Final = (inbox, leaving, listening, near, place, promo_page, reservations, settings)


def init_app(app: Flask) -> None:
    """Open the door on `app`."""
    for door in DOORS:
        app.register_blueprint(door.blueprint)

"""Maps are drawn on our own files, or on the tiles of whoever is set, whose server is let in."""

import pytest
from pydantic import ValidationError

from flashpromo.app import create_app

TILES = "https://tiles.example.com/{z}/{x}/{y}.png"


def ground(app):
    with app.test_request_context():
        return app.jinja_env.globals["map_ground"]()


def policy(app):
    return app.test_client().get("/").headers["Content-Security-Policy"]


def test_our_own_files_and_nothing_from_outside(app):
    assert set(ground(app)) == {"data-land", "data-towns"}
    for address in ground(app).values():
        with app.test_client().get(address) as answer:
            assert answer.status_code == 200
    assert "https:" not in policy(app)


def test_the_tiles_that_are_set_are_let_in_with_their_attribution(settings):
    tiled = {"map_tile_url": TILES, "map_attribution": "© Somebody <b>"}
    app = create_app(settings.model_copy(update=tiled))
    assert ground(app) == {"data-tiles": TILES, "data-attribution": "© Somebody <b>"}
    assert "img-src 'self' data: https://tiles.example.com;" in policy(app)


@pytest.mark.parametrize(
    "address",
    [
        "https://tiles.example.com/{z}/{x}.png",
        "https://tiles.example.com; script-src *//{z}/{x}/{y}",
        "javascript:alert({x}{y}{z})",
    ],
)
def test_an_address_that_is_none_is_refused_by_name(settings, address):
    with pytest.raises(ValidationError, match="map_tile_url"):
        type(settings)(**settings.model_dump() | {"map_tile_url": address})

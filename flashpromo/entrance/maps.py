"""What maps are drawn on: land and towns from our own files, or the tiles of whoever is set.

`{{ map_ground() | xmlattr }}` gives an element what `static/map.js` needs. Tiles come from another
server, so its address joins the policy of every page; without them no page asks outside.
"""

from collections.abc import Callable
from typing import cast
from urllib.parse import urlsplit

from flask import Flask

from flashpromo.config import Settings


def init_app(app: Flask, settings: Settings) -> None:
    """Give templates `map_ground()`."""
    vendored = cast(Callable[[str, str], str], app.jinja_env.globals["vendored"])

    def map_ground() -> dict[str, str]:
        if settings.map_tile_url:
            tiles, words = settings.map_tile_url, settings.map_attribution
            return {"data-tiles": tiles, "data-attribution": words}
        return {
            "data-land": vendored("world-atlas", "land.json"),
            "data-towns": vendored("geonames", "fields.json"),
        }

    app.jinja_env.globals["map_ground"] = map_ground


def tile_origin(settings: Settings) -> str | None:
    """The server of the tiles, as a content security policy names it; None for our own files."""
    parts = urlsplit(settings.map_tile_url)
    return f"{parts.scheme}://{parts.netloc}" if parts.netloc else None

"""The marketplace: what holds where a store or a client says nothing else, and its maps."""

import re
from typing import Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import field_validator

from flashpromo import currencies
from flashpromo.config.part import Part

TILE_URL = re.compile(r"(https?://[A-Za-z0-9.:-]+)?/(?=.*\{z\})(?=.*\{x\})(?=.*\{y\})[^\s;,'\"<>]+")
"""Nothing that could end a directive of a content security policy."""


class MarketplaceSettings(Part):
    """Habits of the place."""

    marketplace_time_zone: str = "UTC"
    marketplace_currency: str = "USD"
    marketplace_language: Literal["en", "es"] = "en"
    map_tile_url: str = ""
    map_attribution: str = ""

    @field_validator("marketplace_time_zone")
    @classmethod
    def _known_zone(cls, name: str) -> str:
        try:
            ZoneInfo(name)
        except (ZoneInfoNotFoundError, OSError) as error:  # a folder of zones is an OSError
            raise ValueError(f"{name!r} is not a time zone") from error
        return name

    @field_validator("marketplace_currency")
    @classmethod
    def _known_currency(cls, code: str) -> str:
        if code not in currencies.known():
            raise ValueError(f"{code!r} is not a currency of ISO 4217 that is in use")
        return code

    @field_validator("map_tile_url")
    @classmethod
    def _tile_address(cls, url: str) -> str:
        if url and not TILE_URL.fullmatch(url):
            raise ValueError("must be an address with {z}, {x} and {y}, in this order or another")
        return url

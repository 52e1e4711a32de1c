"""The blueprint of the shop's pages: nobody else gets in, and each page has its frame."""

from functools import cached_property
from typing import Any, Final

from apiflask import APIBlueprint

from flashpromo import config
from flashpromo.accounts.principal import Principal
from flashpromo.audience import clients
from flashpromo.audience.client_terms import zone_at
from flashpromo.db import app_now
from flashpromo.entrance.blueprints import pages
from flashpromo.notify import inbox
from flashpromo.shop import access

PREFIX: Final = "/shop"


def shop_pages(name: str) -> APIBlueprint:
    """A blueprint of the shop, all of its views behind `access.check`."""
    blueprint = pages(f"shop_{name}")
    blueprint.before_request(access.check)
    blueprint.context_processor(_frame)
    return blueprint


class Frame:
    """What the header shows, looked up when it is drawn: a part of a page has none."""

    @cached_property
    def who(self) -> Principal:
        """Whose page it is."""
        return access.principal()

    @cached_property
    def unread(self) -> int:
        """How many messages are unread."""
        return inbox.count(access.client_id()).unread

    @cached_property
    def zone(self) -> str:
        """The clock by which the client lives."""
        own = zone_at(clients.get(access.client_id()), app_now())
        return own or config.current().marketplace_time_zone

    @property
    def live_url(self) -> str:
        """Where the live process is."""
        return config.current().live_url


def _frame() -> dict[str, Any]:
    return {"frame": Frame()}

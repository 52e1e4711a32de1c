"""The blueprint of the console's pages: nobody else gets in, and each page has its frame."""

from collections.abc import Sequence
from functools import cached_property
from typing import Any, Final

from apiflask import APIBlueprint

from flashpromo.accounts.principal import Principal
from flashpromo.console import access
from flashpromo.entrance.blueprints import pages
from flashpromo.market import stores
from flashpromo.market.models import Store

PREFIX: Final = "/console"
OFFERED_STORES: Final = 10
"""How many stores the header offers; who has more finds the others on a page of its own."""


def console_pages(name: str) -> APIBlueprint:
    """A blueprint of the console, all of its views behind `access.check`."""
    blueprint = pages(f"console_{name}")
    blueprint.before_request(access.check)
    blueprint.context_processor(_frame)
    return blueprint


class Frame:
    """What the header shows, looked up when it is drawn.

    A part of a page has no header, and the page of an error must ask a database for nothing that
    may just have failed.
    """

    @cached_property
    def who(self) -> Principal:
        """Whose page it is."""
        return access.principal()

    @cached_property
    def store(self) -> Store | None:
        """The store that the console is narrowed to."""
        return access.store()

    @property
    def stores(self) -> Sequence[Store]:
        """The first of the stores to choose from."""
        return self._stores[1]

    @property
    def store_count(self) -> int:
        """How many there are."""
        return self._stores[0]

    @property
    def more_stores(self) -> bool:
        """Whether there are others than those."""
        return self.store_count > len(self.stores)

    @cached_property
    def _stores(self) -> tuple[int, Sequence[Store]]:
        return stores.page(scope=access.scope(), limit=OFFERED_STORES, offset=0)


def _frame() -> dict[str, Any]:
    return {"frame": Frame()}

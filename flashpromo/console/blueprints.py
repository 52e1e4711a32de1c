"""The blueprint of the console's pages: nobody else gets in, and each page has its frame."""

from typing import Any, Final

from apiflask import APIBlueprint
from flask import request

from flashpromo.console import access
from flashpromo.entrance.blueprints import pages
from flashpromo.market import stores

PREFIX: Final = "/console"
OFFERED_STORES: Final = 10
"""How many stores the header offers; who has more finds the others on a page of its own."""


def console_pages(name: str) -> APIBlueprint:
    """A blueprint of the console, all of its views behind `access.check`."""
    blueprint = pages(f"console_{name}")
    blueprint.before_request(access.check)
    blueprint.context_processor(_frame)
    return blueprint


def _frame() -> dict[str, Any]:
    """What the header shows; a part of a page has none."""
    if "HX-Request" in request.headers or access.principal().client_id is not None:
        return {"frame": None}
    count, offered = stores.page(scope=access.scope(), limit=OFFERED_STORES, offset=0)
    return {
        "frame": {
            "who": access.principal(),
            "store": access.store(),
            "stores": offered,
            "more_stores": count > len(offered),
            "store_count": count,
        }
    }

"""The blueprint of pages: its refusals are pages too, and nothing of a person stays in a cache."""

from apiflask import APIBlueprint
from flask import Response
from sqlalchemy.exc import DBAPIError, OperationalError
from werkzeug.exceptions import RequestEntityTooLarge

from flashpromo.entrance import error_pages
from flashpromo.errors import DomainError


def pages(name: str, *, url_prefix: str | None = None) -> APIBlueprint:
    """A blueprint of pages, which no description of the API names."""
    blueprint = APIBlueprint(name, __name__, url_prefix=url_prefix, enable_openapi=False)
    blueprint.register_error_handler(DomainError, error_pages.of_refusal)
    blueprint.register_error_handler(RequestEntityTooLarge, error_pages.of_too_large)
    blueprint.register_error_handler(OperationalError, error_pages.of_outage)
    blueprint.register_error_handler(DBAPIError, error_pages.of_defect)
    blueprint.after_request(_keep_out_of_caches)
    return blueprint


def _keep_out_of_caches(response: Response) -> Response:
    """But for what never changes at its address: that says so itself."""
    if not response.cache_control.immutable:
        response.cache_control.no_store = True
    return response

"""The blueprint of a resource: guarded before anything else happens."""

from typing import Final

from apiflask import APIBlueprint

from flashpromo.api import guard

SECRET: Final = {"Cache-Control": "no-store"}
"""Headers of an answer with a secret in it."""


def resource(name: str, path: str, *, tag: str) -> APIBlueprint:
    """A guarded blueprint under `/api` + `path`; `tag` groups its routes in the documentation."""
    blueprint = APIBlueprint(name, __name__, url_prefix=f"/api{path}", tag=tag)
    blueprint.before_request(guard.check)
    return blueprint

"""The JSON door: the published contract, and nothing that decides anything."""

from apiflask import APIFlask

from flashpromo.api import (
    auth,
    clients,
    health,
    limits,
    openapi,
    problems,
    products,
    promo_lists,
    promo_steps,
    promos,
    reservations,
    segments,
    stores,
)
from flashpromo.api.bodies import ExactRequest
from flashpromo.api.paths import ReservationKey, StorableId
from flashpromo.config import Settings
from flashpromo.idempotency import models

RESOURCES = (
    auth,
    stores,
    products,
    segments,
    clients,
    promo_lists,
    promo_steps,
    promos,
    reservations,
    health,
    openapi,
)


def init_app(app: APIFlask, settings: Settings) -> None:
    """Open the door on `app`."""
    app.request_class = ExactRequest
    app.url_map.converters |= {"int": StorableId, "reservation": ReservationKey}
    app.config["MAX_CONTENT_LENGTH"] = settings.max_body_bytes
    for resource in RESOURCES:
        app.register_blueprint(resource.blueprint)
    problems.init_app(app)
    limits.init_app(app, settings)
    openapi.init_app(app)

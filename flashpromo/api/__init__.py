"""The JSON door: the published contract, and nothing that decides anything."""

from apiflask import APIFlask

from flashpromo.api import (
    again,
    auth,
    bulk_clients,
    bulk_products,
    caching,
    clients,
    docs_pages,
    health,
    inbox,
    keys,
    me,
    members,
    metrics,
    openapi,
    problem_types,
    problems,
    products,
    promo_copies,
    promo_insight,
    promo_lists,
    promo_series,
    promo_steps,
    promos,
    reservations,
    segment_members,
    segments,
    stores,
    tokens,
)
from flashpromo.api.bodies import ExactRequest
from flashpromo.api.paths import Day, ReservationKey, StorableId
from flashpromo.config import Settings
from flashpromo.idempotency import models

RESOURCES = (
    auth,
    tokens,
    keys,
    stores,
    members,
    products,
    bulk_products,
    segments,
    segment_members,
    clients,
    bulk_clients,
    me,
    inbox,
    promo_lists,
    promo_steps,
    promo_copies,
    promo_series,
    promo_insight,
    promos,
    reservations,
    health,
    metrics,
    problem_types,
    openapi,
    docs_pages,
)


def init_app(app: APIFlask, settings: Settings) -> None:
    """Open the door on `app`."""
    app.request_class = ExactRequest
    app.url_map.converters |= {
        "int": StorableId,
        "reservation": ReservationKey,
        "day": Day,
    }
    app.config["MAX_CONTENT_LENGTH"] = settings.max_body_bytes
    for resource in RESOURCES:
        app.register_blueprint(resource.blueprint)
    problems.init_app(app)
    caching.init_app(app)
    openapi.init_app(app)
    again.init_app(app)

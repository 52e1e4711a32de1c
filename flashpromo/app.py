"""Put one application together: settings, extensions, errors, doors."""

from pathlib import Path
from typing import Final, cast

from apiflask import APIFlask
from flask.json.provider import DefaultJSONProvider
from flask_migrate import Migrate
from jinja2 import StrictUndefined
from werkzeug.middleware.proxy_fix import ProxyFix

from flashpromo import admin, api, cache, cli, config, console, jobs, pages, shop, spans
from flashpromo.config import Settings
from flashpromo.db import db
from flashpromo.entrance import (
    acting,
    asking,
    failures,
    headers,
    language,
    lean,
    maps,
    rates,
    secret_paths,
    vendored,
)
from flashpromo.entrance.passage import Application, Passage
from flashpromo.entrance.traced import Traced
from flashpromo.notify.channels import registry
from flashpromo.operations import exposition
from flashpromo.queueing import bell, board

ROOT: Final = Path(__file__).parents[1]
POOL_SIZE: Final = 10
MOST_CONNECTIONS: Final = 30
"""Of one process; more are waited for."""

ENGINE_OPTIONS: Final = {
    "pool_size": POOL_SIZE,
    "max_overflow": MOST_CONNECTIONS - POOL_SIZE,
    "hide_parameters": True,  # an error is logged: names and places are no part of it
    "connect_args": {"connect_timeout": 5},
}


def create_app(settings: Settings | None = None) -> APIFlask:
    """Build the application; it connects to nothing yet.

    Args:
        settings: read from the environment when None.

    Raises:
        pydantic.ValidationError: naming each wrong setting.
        ValueError: the settings name a channel that does not exist.
    """
    settings = settings or Settings()
    registry.check(settings)
    app = APIFlask(
        "flashpromo",
        title="Flash Promos",
        json_errors=False,
        spec_path=None,
        docs_path=None,
        static_folder=str(ROOT / "static"),
        template_folder=str(ROOT / "templates"),
    )
    # Documents keep the order of the contract.
    cast(DefaultJSONProvider, app.json).sort_keys = False
    app.jinja_env.undefined = StrictUndefined
    app.secret_key = settings.secret_key
    app.config["SQLALCHEMY_DATABASE_URI"] = settings.database_url
    app.config["SQLALCHEMY_ENGINE_OPTIONS"] = ENGINE_OPTIONS
    config.init_app(app, settings)
    cache.init_app(app, settings)
    bell.init_app(app, settings, jobs.HANDLERS)
    board.init_app(app, settings)
    exposition.init_app(app)
    db.init_app(app)
    Migrate(app, db, directory=str(ROOT / "migrations"))
    lean.init_app(app)
    secret_paths.init_app(app)
    headers.init_app(app, settings)
    acting.init_app(app)
    asking.init_app(app, settings)
    failures.init_app(app, settings)
    language.init_app(app)
    vendored.init_app(app)
    maps.init_app(app, settings)
    pages.init_app(app, settings)
    console.init_app(app)
    admin.init_app(app)
    api.init_app(app, settings)
    shop.init_app(app)
    rates.init_app(app, settings)
    cli.init_app(app)
    _let_pass(app, settings)
    return app


def _let_pass(app: APIFlask, settings: Settings) -> None:
    """What stands around the whole application, around everything else that does."""
    if settings.trusted_proxies:
        behind = settings.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=behind, x_proto=behind, x_host=behind)  # type: ignore[method-assign]
    inside = cast(Application, app.wsgi_app)
    if spans.is_on():
        inside = Traced(inside, goes_on=settings.trusted_proxies > 0)
    app.wsgi_app = Passage(inside)  # type: ignore[assignment]

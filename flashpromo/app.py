"""Put one application together: settings, extensions, errors, doors."""

from flask import Flask

from flashpromo.config import Settings
from flashpromo.db import db

# Importing the models registers their tables; migrations and the doors rely on all being known.
from flashpromo.accounts import models as _accounts
from flashpromo.audience import models as _audience
from flashpromo.checkout import models as _checkout
from flashpromo.market import models as _market
from flashpromo.notify import models as _notify
from flashpromo.promos import models as _promos
from flask_migrate import Migrate


def create_app(settings: Settings | None = None) -> Flask:
    settings = settings or Settings()
    app = Flask(__name__)
    app.config["SQLALCHEMY_DATABASE_URI"] = settings.database_url
    db.init_app(app)
    Migrate(app, db)
    return app

"""What every group of measurements gets: the application, its town, and a session of psql."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from flask import Flask
from sqlalchemy.engine import Engine

from bench import hello
from bench.browsing import Browser
from bench.psql import Psql
from bench.town import market
from bench.town.size import Size
from flashpromo.app import create_app
from flashpromo.config import Settings
from flashpromo.db import db, transaction


@dataclass(frozen=True)
class Stage:
    """Everything is loaded; `rounds` is how often each work is to be measured at least."""

    app: Flask
    size: Size
    psql: Psql
    rounds: int

    @property
    def engine(self) -> Engine:
        """For looking at statements."""
        with self.app.app_context():
            return db.engine

    def browser(self, username: str | None = None) -> Browser:
        """The browser of one of `market.PEOPLE`, or of nobody."""
        if username is None:
            return Browser(self.app)
        with self.app.app_context(), transaction():
            return Browser(self.app, market.begin_session(username))


def make_app(settings: Settings) -> Flask:
    """The application as it is in production, with one page more."""
    app = create_app(settings)
    hello.init_app(app)
    return app


@contextmanager
def opened(app: Flask, settings: Settings, size: Size, rounds: int) -> Iterator[Stage]:
    """The stage, as long as the block lasts."""
    with Psql.opened(settings.database_url) as psql:
        yield Stage(app, size, psql, rounds)
    with app.app_context():
        db.engine.dispose()

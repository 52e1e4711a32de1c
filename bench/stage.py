"""What every group of measurements gets: the application, its town, and a session of psql."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

from flask import Flask
from sqlalchemy import text
from sqlalchemy.engine import Connection, Engine

from bench import hello
from bench.browsing import Browser
from bench.effort import Effort
from bench.notebook import Notebook
from bench.psql import Psql
from bench.town import market
from bench.town.size import Size
from flashpromo.app import create_app
from flashpromo.config import Settings
from flashpromo.db import db, transaction

PATIENCE_SECONDS: Final = 30
OTHERS_AT_WORK: Final = text("""
SELECT count(*) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid()
  AND backend_type = 'client backend' AND state <> 'idle'
""")


@dataclass(frozen=True)
class Stage:
    """Everything is loaded; `notes` takes what is found out."""

    app: Flask
    settings: Settings
    size: Size
    psql: Psql
    effort: Effort
    notes: Notebook

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

    def quiet(self) -> None:
        """Wait until nobody else is at work in the database: a load has ended, its last not yet.

        Raises:
            RuntimeError: somebody still is after half a minute.
        """
        deadline = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < deadline:
            with autocommit(self.engine) as connection:
                if connection.scalar(OTHERS_AT_WORK) == 0:
                    return
            time.sleep(0.02)
        raise RuntimeError("the database does not come to rest")

    def tidy(self, *tables: str) -> None:
        """Leave tables as a service finds them that autovacuum has looked after."""
        with autocommit(self.engine) as connection:
            for table in tables:
                connection.execute(text(f"VACUUM (ANALYZE) {table}"))


@contextmanager
def autocommit(engine: Engine) -> Iterator[Connection]:
    """A connection outside of transactions, as VACUUM and CREATE DATABASE want it."""
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        yield connection


def make_app(settings: Settings) -> Flask:
    """The application as it is in production, with one page more."""
    app = create_app(settings)
    hello.init_app(app)
    return app


@contextmanager
def opened(app: Flask, settings: Settings, size: Size, effort: Effort) -> Iterator[Stage]:
    """The stage, as long as the block lasts."""
    with Psql.opened(settings.database_url) as psql:
        yield Stage(app, settings, size, psql, effort, Notebook())
    with app.app_context():
        db.engine.dispose()

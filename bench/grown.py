"""A second database that grows from size to size: clients of one metropolis, who are all reached.

So a single promo has an audience as large as the whole of it, and what each client costs can be
compared over all sizes.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from sqlalchemy import create_engine, make_url, text

from bench.psql import Psql
from bench.stage import Stage, autocommit, make_app
from bench.town import loading, market
from bench.town.size import Size
from flashpromo.db import app_now, db, transaction
from flashpromo.notify import partitions

EMPTY: Final = "_empty"
GROWN: Final = "_grown"
STORES: Final = 10


def keep_empty(database_url: str) -> None:
    """Keep a copy of the database as it is now, migrated and empty, to begin from."""
    _copy(database_url, "", EMPTY)


@contextmanager
def begun(stage: Stage) -> Iterator[Stage]:
    """A stage on a new database without clients; it goes with the block."""
    url = _copy(stage.settings.database_url, EMPTY, GROWN)
    settings = stage.settings.model_copy(update={"database_url": url})
    app, size = make_app(settings), Size(clients=0, promos=0, stores=STORES)
    with app.app_context(), transaction():
        market.load(size)
        partitions.ensure(app_now().date())
    try:
        with Psql.opened(url) as psql:
            yield Stage(app, settings, size, psql, stage.effort, stage.notes)
    finally:
        with app.app_context():
            db.engine.dispose()
        _drop(stage.settings.database_url, GROWN)


def grow(stage: Stage, present: int, wanted: int) -> None:
    """Add clients until there are so many."""
    with stage.app.app_context():
        loading.add_reached(range(present + 1, wanted + 1))
    stage.tidy("client", "client_external")


def _copy(database_url: str, source: str, target: str) -> str:
    url = make_url(database_url)
    name = f"{url.database}{target}"
    _drop(database_url, target)
    _execute(database_url, f'CREATE DATABASE "{name}" TEMPLATE "{url.database}{source}"')
    return url.set(database=name).render_as_string(hide_password=False)


def _drop(database_url: str, suffix: str) -> None:
    name = f"{make_url(database_url).database}{suffix}"
    _execute(database_url, f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


def _execute(database_url: str, statement: str) -> None:
    server = create_engine(make_url(database_url).set(database="postgres"))
    with autocommit(server) as connection:
        connection.execute(text(statement))
    server.dispose()

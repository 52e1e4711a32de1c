"""`flask db distribute`: turn a plain database into one that Citus spreads over many machines."""

from typing import Final

import click
from flask.cli import with_appcontext
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, OperationalError

from flashpromo.cli.groups import remarks
from flashpromo.db import db
from flashpromo.errors import Conflict
from flashpromo.operations import sharding

NO_CITUS: Final = """\
This database has no Citus. Install it on every node, name it first in shared_preload_libraries,
restart, let a superuser run CREATE EXTENSION citus here, and tell the coordinator of its workers:
see docs/scale.md."""


@click.command()
@click.option("--dry-run", is_flag=True, help="Print the statements that are left; change nothing.")
@click.option("--shards", type=click.IntRange(1, 64_000), help="Pieces of each group of tables.")
@with_appcontext
def distribute(dry_run: bool, shards: int | None) -> None:
    """Spread the tables over a Citus cluster, as the models say.

    Stop the service before. Every statement is its own transaction: after an interruption, call it
    again. What is done already is told and left alone. Foreign keys are gone in between.
    """
    try:
        _distribute(dry_run=dry_run, shards=shards)
    except Conflict as refusal:
        raise click.ClickException(refusal.detail) from refusal
    except OperationalError as error:
        raise click.ClickException(f"The database does not answer: {error.orig}") from error
    except DBAPIError as error:
        told = f"{error.orig}".strip()
        raise click.ClickException(f"Stopped. Call it again to go on. {told}") from error


def _distribute(*, dry_run: bool, shards: int | None) -> None:
    engine = db.engine.execution_options(isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        state = sharding.look(connection)
        if state.version is None and not dry_run:
            raise click.ClickException(NO_CITUS)
        steps = [*sharding.leftovers(connection, state), *sharding.statements(state, shards)]
        done = sum(state.has(place) for place in sharding.places())
        whole = len(sharding.places())
        remarks().print(f"Citus {state.version or 'is missing'}: {done} of {whole} tables in place")
        for step in steps:
            click.echo(f"{step};")
            if not dry_run:
                connection.execute(text(step))
    if not steps:
        remarks().print("there is nothing left to do")

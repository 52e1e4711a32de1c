"""`flask demo …`: data that is alive now, and a story that runs on it."""

import time

import click

from flashpromo.cli.groups import Group
from flashpromo.db import transaction
from flashpromo.demo import loading, market, people

group = Group("demo", help="Something to look at; never in production.")


@group.command()
def load() -> None:
    """Load the demo: stores, people around Mexico City, and promos that are live now.

    Loading again refreshes times and places and starts new promos where old ones have run out. What
    you made yourself stays as it is.
    """
    started = time.monotonic()
    for step in loading.steps():
        with transaction(timeout_seconds=0):
            said = step()
        if said:
            click.echo(said)
    names = ", ".join([market.OPERATOR, *(shop.owner for shop in market.SHOPS)])
    click.echo(
        f"ready after {time.monotonic() - started:.1f} s; sign in as {names}, "
        f"{', '.join(people.CHARACTERS)} with {market.PASSWORD}"
    )

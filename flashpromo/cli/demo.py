"""`flask demo …`: data that is alive now, and a story that runs on it."""

import random
import sys
import time

import click
from flask import current_app

from flashpromo.cli.groups import Group
from flashpromo.cli.story import performance
from flashpromo.db import transaction
from flashpromo.demo import loading, market, people, shoppers

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


@group.command()
@click.option(
    "--port", envvar="PORT", default=8000, show_default=True, show_envvar=True, help="Of the web."
)
def story(port: int) -> None:
    """Run one promo live against the running processes, and tell what happens.

    It needs the scheduler and the workers that bin/run starts, and takes about 80 seconds, most of
    them waiting for a hold to expire. Exit code 1 if any promise is broken.
    """
    loading.refuse_in_production()
    told = performance.perform(current_app._get_current_object(), port)  # type: ignore[attr-defined]  # noqa: SLF001 - Flask's documented way
    if told.broken:
        sys.exit(1)


@group.command()
@click.option("--seconds", default=60.0, show_default=True, help="How long they shop.")
@click.option("--pause", default=0.5, show_default=True, help="Seconds between two of them.")
def shop(seconds: float, pause: float) -> None:
    """Let the crowd shop: those who were told of a running promo open, hold, buy or think again.

    For watching pages that live; what is bought stays bought.
    """
    loading.refuse_in_production()
    dice, end, bought, visits = random.Random(), time.monotonic() + seconds, 0, 0  # noqa: S311
    while time.monotonic() < end:
        with transaction():
            shopper = shoppers.next_shopper()
        if shopper is not None:
            visits += 1
            bought += _visit(shopper, dice)
        time.sleep(pause)
    click.echo(f"{visits} shoppers came, {bought} bought")


def _visit(shopper: shoppers.Shopper, dice: random.Random) -> bool:
    """One shopper from the message to the end; whether something was bought."""
    with transaction():
        shoppers.look(shopper)
    with transaction():
        held = shoppers.take(shopper, dice)
    if held is None:
        return False
    with transaction():
        return shoppers.decide(held, dice)

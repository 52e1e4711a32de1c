"""`flask promos …`: look at promos, say whom they reach and why, activate one by hand."""

from zoneinfo import ZoneInfo

import click
from rich.table import Table

from flashpromo import campaign, config, insight
from flashpromo.accounts import sign_ins
from flashpromo.cli import reasons
from flashpromo.cli.groups import Group, output
from flashpromo.db import app_now, transaction
from flashpromo.errors import NotFound
from flashpromo.promos import queries
from flashpromo.promos.models import Promo
from flashpromo.promos.queries import EVERYTHING, Sight
from flashpromo.promos.states import State, state_at

group = Group("promos", help="The flash promos.")


@group.command("list")
@click.option(
    "--state",
    "states",
    type=click.Choice([state.value for state in State]),
    multiple=True,
    help="Only this state; may be given several times.",
)
@click.option("--store", "store_id", type=int, help="Only this store's, by its id.")
@click.option("--limit", type=click.IntRange(1, 1000), default=50, show_default=True)
def list_(states: tuple[str, ...], store_id: int | None, limit: int) -> None:
    """List promos, newest first; times are those of their stores."""
    now = app_now()
    sight = EVERYTHING if store_id is None else Sight(store_ids=frozenset({store_id}))
    wanted = [State(state) for state in states]
    count, promos = queries.page(sight, now, states=wanted, limit=limit)
    table = Table("id", "state", "product", "store", "price", "start", "end", "radius", "told")
    for promo in promos:
        table.add_row(*_cells(promo, state_at(promo, now)))
    output().print(table)
    click.echo(f"{len(promos)} of {count}")


@group.command()
@click.argument("promo", type=int)
@click.argument("client")
def explain(promo: int, client: str) -> None:
    """Say every reason why PROMO does or does not reach CLIENT now, with metres.

    PROMO is an id; CLIENT is an id or a sign-in name.
    """
    told = insight.explain(_client_id(client), promo).explanation
    output().print(reasons.table(told, app_now()))
    click.echo(reasons.verdict(told))


@group.command()
@click.argument("promo", type=int)
def activate(promo: int) -> None:
    """Activate PROMO now if it is due, as its bell would have done.

    Exit code 1 when it is not running; a promo that was activated before is no error.
    """
    with transaction(timeout_seconds=config.current().wave_timeout_seconds):
        wave = campaign.activate_due([promo])
    if promo in wave.notified:
        click.echo(f"activated promo {promo}: {wave.notified[promo]:,} clients notified")
        return
    found = queries.get(promo, EVERYTHING, wave.now)
    state = state_at(found, wave.now)
    if found.run.activated_at is None or state is not State.RUNNING:
        raise click.ClickException(f"Promo {promo} is {state}: nothing was done.")
    click.echo(
        f"promo {promo} was activated at {found.run.activated_at:%Y-%m-%d %H:%M:%S.%f %Z}: "
        f"{found.run.notified_count:,} clients notified"
    )


def _client_id(client: str) -> int:
    if client.isdecimal():
        return int(client)
    found = sign_ins.find(client)
    if found is None or found.client_id is None:
        raise NotFound(f"There is no client {client!r}.")
    return found.client_id


def _cells(promo: Promo, state: State) -> list[str]:
    store, told = promo.product.store, promo.run.notified_count
    zone = ZoneInfo(store.time_zone)
    return [
        str(promo.id),
        state,
        promo.product.name,
        store.name,
        f"{promo.promo_price:,.2f} (was {promo.regular_price:,.2f})",
        f"{promo.start_time.astimezone(zone):%Y-%m-%d %H:%M:%S %z}",
        f"{promo.end_time.astimezone(zone):%Y-%m-%d %H:%M:%S %z}",
        f"{promo.max_distance_km.normalize():f} km",
        "-" if told is None else f"{told:,}",
    ]

"""The long-running processes: `flask worker QUEUE` and `flask scheduler`."""

import click
from flask import current_app
from flask.cli import with_appcontext

from flashpromo import config, spans
from flashpromo.audit.actors import Actor, ActorKind, Door, acting
from flashpromo.cli.lanes import run_lanes
from flashpromo.cli.rounds import lanes
from flashpromo.logs import log_to_stderr
from flashpromo.queueing.names import QUEUES
from flashpromo.queueing.worker import work


@click.command()
@click.argument("queue", type=click.Choice(QUEUES))
@click.option("--burst", is_flag=True, help="Return once the queue is empty.")
@with_appcontext
def worker(queue: str, burst: bool) -> None:
    """Work on the jobs of one QUEUE, each in a child process of its own."""
    log_to_stderr(as_json=config.current().logs_json)
    spans.begin("flashpromo-worker")
    with acting(Actor(ActorKind.SYSTEM, Door.WORKER)):  # and so every child that it forks
        work(config.current(), queue, burst=burst)


@click.command()
@with_appcontext
def scheduler() -> None:
    """Ring each promo's bell at its start, and sweep up what was lost, every second.

    Two of them side by side are safe. It goes on while Redis or PostgreSQL is away.
    """
    log_to_stderr(as_json=config.current().logs_json)
    spans.begin("flashpromo-scheduler")
    app = current_app._get_current_object()  # type: ignore[attr-defined]  # noqa: SLF001 - Flask's documented way
    run_lanes(app, lanes(), config.current().alive_file)

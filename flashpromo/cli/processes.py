"""The long-running processes: `flask worker QUEUE`, `flask scheduler` and `flask live`."""

import os
import sys
from pathlib import Path
from typing import Final

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

ROOT: Final = Path(__file__).parents[2]
NOT_FOR_LIVE: Final = frozenset({"DATABASE_URL", "PGPASSWORD"})


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


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Where to listen.")
@click.option(
    "--port", type=click.IntRange(1, 65_535), default=8001, show_default=True, help="Likewise."
)
def live(host: str, port: int) -> None:
    """Tell the pages of shoppers the moment something changes, by an event stream.

    It turns into a small process without the application, and without a way to the database.
    """
    environment = {name: each for name, each in os.environ.items() if name not in NOT_FOR_LIVE}
    path = os.pathsep.join(filter(None, (str(ROOT), os.environ.get("PYTHONPATH"))))
    command = [sys.executable, "-m", "flashpromo.live", "--host", host, "--port", str(port)]
    os.execve(sys.executable, command, environment | {"PYTHONPATH": path})  # noqa: S606 - itself

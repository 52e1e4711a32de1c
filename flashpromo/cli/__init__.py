"""The command line: `flask …`. One group for each noun, each command one call of the domain."""

from typing import cast

import click
from flask import Flask

from flashpromo.cli import (
    audit,
    clients,
    demo,
    distribute,
    doctor,
    metrics,
    processes,
    promos,
    users,
    webhook,
)


def init_app(app: Flask) -> None:
    """Make the commands known to `flask`."""
    groups = (
        audit.group,
        clients.group,
        demo.group,
        metrics.group,
        promos.group,
        users.group,
        webhook.group,
    )
    for command in (processes.worker, processes.scheduler, processes.live, doctor.doctor, *groups):
        app.cli.add_command(command)
    # Flask-Migrate's own group, which it has put there before.
    cast(click.Group, app.cli.commands["db"]).add_command(distribute.distribute)

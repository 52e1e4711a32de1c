"""The command line: `flask …`. One group for each noun, each command one call of the domain."""

from flask import Flask

from flashpromo.cli import clients, processes


def init_app(app: Flask) -> None:
    """Make the commands known to `flask`."""
    for command in (processes.worker, processes.scheduler, clients.group):
        app.cli.add_command(command)

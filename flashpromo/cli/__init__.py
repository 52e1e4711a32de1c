"""The command line: `flask …`. One group for each noun, each command one call of the domain."""

from flask import Flask

from flashpromo.cli import clients


def init_app(app: Flask) -> None:
    """Make the groups known to `flask`."""
    for group in (clients.group,):
        app.cli.add_command(group)

"""The command line: `flask …`."""

from flask import Flask

from flashpromo.cli import processes


def init_app(app: Flask) -> None:
    """Register every command."""
    for command in (processes.worker, processes.scheduler):
        app.cli.add_command(command)

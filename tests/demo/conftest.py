"""The demo is run from the command line, beside the processes of the service."""

from tests.cli.conftest import run
from tests.processes.conftest import clean, service

__all__ = ["clean", "run", "service"]

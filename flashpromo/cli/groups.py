"""What all commands share: a refusal is one line and exit code 1, never a traceback.

In the audit log a command acts for the account of the operating system that runs it.
"""

import os
import pwd
import sys
from typing import Any

import click
from flask.cli import AppGroup
from rich.console import Console
from sqlalchemy.exc import OperationalError

from flashpromo.audit.actors import Actor, ActorKind, Door, acting
from flashpromo.errors import DomainError


class Group(AppGroup):
    """A group whose commands run in the application's context and end refusals in one line."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; the domain's refusals become click's."""
        try:
            with acting(Actor(ActorKind.SYSTEM, Door.CLI, name=_account())):
                return super().invoke(ctx)
        except DomainError as refusal:
            raise click.ClickException(refusal.detail) from refusal
        except OperationalError as error:
            raise click.ClickException(f"The database does not answer: {error.orig}") from error


def _account() -> str:
    """Its name, or its number where it has none, as in some containers."""
    number = os.getuid()
    try:
        return pwd.getpwuid(number).pw_name
    except KeyError:
        return str(number)


def output() -> Console:
    """The console for results, on standard output; made when asked, so that tests capture it.

    Into a file or a pipe nothing is cut to the width of a terminal that is not there.
    """
    return Console(width=None if sys.stdout.isatty() else 200, highlight=False)


def remarks() -> Console:
    """The console for progress and complaints, on standard error."""
    return Console(stderr=True, highlight=False, soft_wrap=True)

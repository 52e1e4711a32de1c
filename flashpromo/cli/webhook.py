"""`flask webhook …`: a secret for it, and a look whether the other side understands."""

import secrets
from base64 import b64encode
from typing import Final

import click

from flashpromo import config
from flashpromo.cli.groups import Group
from flashpromo.config.delivery import WEBHOOK_SECRET
from flashpromo.notify.channels.webhook import WebhookChannel

group = Group("webhook", help="Tells the marketplace's own system whom to ring.")

SECRET_BYTES: Final = 32


@group.command()
def secret() -> None:
    """Print a new secret for FLASHPROMO_WEBHOOK_SECRETS and for the other side."""
    click.echo(WEBHOOK_SECRET + b64encode(secrets.token_bytes(SECRET_BYTES)).decode())


@group.command()
def ping() -> None:
    """Post an event about nobody; fails unless the other side takes it."""
    url = config.current().webhook_url
    if not url:
        raise click.ClickException("FLASHPROMO_WEBHOOK_URL is not set.")
    outcome = WebhookChannel().ping()
    if outcome.error is not None:
        raise click.ClickException(f"{url} did not take it: {outcome.error}")
    click.echo(f"{url} has taken it.")

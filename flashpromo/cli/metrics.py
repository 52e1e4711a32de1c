"""`flask metrics`: what the service tells Prometheus."""

import click

from flashpromo.cli.groups import Group
from flashpromo.operations import catalogue, exposition

group = Group("metrics", help="What the service tells Prometheus.")

HEADING = "| metric | kind | labels | from | meaning |\n| --- | --- | --- | --- | --- |"


@group.command("list")
def list_all() -> None:
    """Print every metric, as the table of docs/metrics.md."""
    click.echo(table())


@group.command()
def show() -> None:
    """Print what the database and Redis tell now; what web processes count, only they know."""
    click.echo(exposition.of_service().decode(), nl=False)


def table() -> str:
    """The metrics as a table of Markdown."""
    rows = [
        f"| `{each.name}` | {each.kind} | {', '.join(each.labels) or '-'} | {each.source} |"
        f" {each.meaning} |"
        for each in catalogue.everything()
    ]
    return "\n".join([HEADING, *rows])

"""`flask doctor`: check every invariant over the whole data."""

import json
import sys
from collections.abc import Sequence
from datetime import datetime

import click
from flask.cli import with_appcontext
from rich.console import Console
from rich.table import Table
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from flashpromo.cli.groups import output, remarks
from flashpromo.db import app_now, session, transaction
from flashpromo.doctor import Finding, look

COLOURS = {"ok": "green", "warning": "yellow", "violated": "red", "skipped": "dim"}


@click.command()
@click.option("--rows", default=10, show_default=True, type=click.IntRange(1, 1000))
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document instead of tables.")
@with_appcontext
def doctor(rows: int, as_json: bool) -> None:
    """Check every invariant over the whole data; nothing is changed.

    It prints one line for each check and, where a promise is broken, the first rows that break it
    (--rows). Without Redis, what concerns Redis is skipped.

    Exit code: 0 every promise holds (warnings allowed), 1 one is broken.
    """
    try:
        now, findings = _examine(rows)
    except OperationalError as error:
        raise click.ClickException(f"The database does not answer: {error.orig}") from error
    if as_json:
        click.echo(_document(now, findings))
    else:
        _print(output(), findings)
    if any(finding.status == "violated" for finding in findings):
        sys.exit(1)


def _examine(rows: int) -> tuple[datetime, list[Finding]]:
    """Look at everything, reading only and without a time limit."""
    findings = []
    with transaction(timeout_seconds=0), remarks().status("looking") as status:
        session().execute(text("SET TRANSACTION READ ONLY"))
        now = app_now()
        for finding in look(now, rows=rows):
            findings.append(finding)
            status.update(f"looked at {finding.name}")
    return now, findings


def _document(now: datetime, findings: Sequence[Finding]) -> str:
    checks = [
        {
            "name": finding.name,
            "promise": finding.promise,
            "status": finding.status,
            "count": finding.count,
            "rows": finding.rows,
            "skipped": finding.skipped,
        }
        for finding in findings
    ]
    healthy = all(finding.status != "violated" for finding in findings)
    return json.dumps({"now": now, "healthy": healthy, "checks": checks}, default=str, indent=2)


def _print(console: Console, findings: Sequence[Finding]) -> None:
    table = Table("check", "promise", "", "rows")
    for finding in findings:
        colour = COLOURS[finding.status]
        state = f"[{colour}]{finding.status}[/]"
        table.add_row(finding.name, finding.skipped or finding.promise, state, f"{finding.count:,}")
    console.print(table)
    for finding in findings:
        if finding.count:
            _print_rows(console, finding)
    broken = sum(finding.status == "violated" for finding in findings)
    verdict = "every promise holds" if not broken else f"{broken} promises are broken"
    console.print(f"{len(findings)} checks: {verdict}")


def _print_rows(console: Console, finding: Finding) -> None:
    """The first offending rows, a column for each of their values."""
    console.print(f"\n[bold]{finding.name}[/]: {finding.promise}")
    table = Table(*finding.rows[0])
    for row in finding.rows:
        table.add_row(*(str(value) for value in row.values()))
    console.print(table)
    if finding.count > len(finding.rows):
        console.print(f"… and {finding.count - len(finding.rows):,} more")

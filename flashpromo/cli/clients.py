"""`flask clients …`: bring the marketplace's clients in."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from io import BufferedReader
from pathlib import Path
from typing import IO, Any, BinaryIO, Final, cast

import click
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeElapsedColumn

from flashpromo.audience import importing
from flashpromo.audience.import_rows import COLUMNS
from flashpromo.bulk.source import Format, records
from flashpromo.bulk.staging import RowResult
from flashpromo.cli.groups import Group, remarks
from flashpromo.db import transaction

BLOCK_BYTES: Final = 256 * 1024
FORMATS: Final[dict[str, Format]] = {".csv": "csv", ".ndjson": "ndjson", ".jsonl": "ndjson"}

group = Group("clients", help="The shoppers.")


@group.command("import")
@click.argument(
    "file", type=click.Path(exists=True, dir_okay=False, allow_dash=True, path_type=Path)
)
@click.option(
    "--format",
    "form",
    type=click.Choice(["csv", "ndjson"]),
    help="How to read FILE; by default its extension says it, or else its first line.",
)
def import_(file: Path, form: Format | None) -> None:
    """Import clients from FILE (- is standard input), by their external_id.

    FILE is UTF-8: CSV with a header, or one JSON object a line. Only external_id is required:

    \b
      external_id   the marketplace's own id, 1 to 200 characters
      username      sign-in name; needs a password before anybody can sign in
      email         kept with the sign-in
      password      hashed; without this column an import is much faster
      latitude      degrees; empty together with longitude: no location
      longitude     degrees
      located_at    time of the fix, ISO 8601 with offset; else now
      segments      names separated by ; (in JSON also a list); empty: none
      time_zone     such as America/Mexico_City; else the marketplace's
      opted_in      true or false (t/f, yes/no, y/n, 1/0); else true
      quiet_from    HH:MM of the client's own day; no message from then on
      quiet_until   HH:MM; empty together with quiet_from: no quiet hours

    An absent column gives a new client the default and leaves a known client as it is; so does an
    empty cell of the columns that are not said to mean something else above.

    Bad rows are printed with line and reason and left out; good rows go in. All in one transaction:
    a crash or an unreadable file leaves nothing behind.

    Exit code: 0 all rows are in, 1 some rows were rejected or the file cannot be read.
    """  # noqa: D301 - click's own mark: keep the next paragraph's lines
    with _progress(file) as source, transaction(timeout_seconds=0):
        rows = records(source, COLUMNS, form or FORMATS.get(file.suffix.lower()))
        summary = importing.import_clients(rows, _complain)
    click.echo(
        f"imported {summary.imported} ({summary.created} created, {summary.updated} updated), "
        f"rejected {summary.rejected}"
    )
    if summary.rejected:
        sys.exit(1)


def _complain(row: RowResult) -> None:
    click.echo(f"line {row.line}: {row.field} {row.reason}", err=True)


@contextmanager
def _progress(file: Path) -> Iterator[IO[bytes]]:
    """The file, with a bar of what has been read of it while standard error is a terminal."""
    console = remarks()
    with click.open_file(str(file), "rb") as source:
        if not console.is_terminal or not file.is_file():
            yield source
            return
        columns = (TextColumn("reading"), BarColumn(), DownloadColumn(), TimeElapsedColumn())
        with Progress(*columns, console=console) as progress:
            counted: Any = progress.wrap_file(cast(BinaryIO, source), file.stat().st_size)
            # The bar moves once a block: once a line would take longer than the import.
            yield cast(IO[bytes], BufferedReader(counted, BLOCK_BYTES))

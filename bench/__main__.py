"""`bin/bench [--quick] [--clients N] [group…]`: load the town once, then run the groups."""

import argparse
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields, replace
from datetime import UTC, datetime
from pathlib import Path
from time import perf_counter
from typing import Final

import flask_migrate

from bench import (
    activation,
    audience,
    bulk,
    complete,
    console,
    delivery,
    document,
    grown,
    growth,
    lists,
    machine,
    report,
    reserve,
)
from bench.effort import QUICK, WHOLE, Effort
from bench.notebook import Notebook
from bench.stage import Stage, make_app, opened
from bench.town import loading, size
from bench.town.size import Size
from flashpromo.config import Settings
from flashpromo.db import db

GROUPS: Final[Mapping[str, Callable[[Stage], None]]] = {
    "console": console.run,
    "audience": audience.run,
    "activation": activation.run,
    "delivery": delivery.run,
    "lists": lists.run,
    "reserve": reserve.run,
    "complete": complete.run,
    "bulk": bulk.run,
    "growth": growth.run,
}
ROOT: Final = Path(__file__).parents[1]
CHANNELS: Final = ("inbox",)
UNLIMITED: Final = 1_000_000_000
"""The rate is counted as always, and nobody reaches it."""


def main() -> None:
    """Run what the command line asks for."""
    begun, asked = perf_counter(), _arguments()
    settings = Settings(
        channels=CHANNELS, requests_per_token=UNLIMITED, requests_per_address=UNLIMITED
    )
    town, effort = _size(asked), _effort(asked)
    app = make_app(settings)
    with app.app_context():
        if not asked.loaded:
            _load(town, settings)
        about = machine.described(town)
        report.say("\n".join(about))
    missed = 0
    with opened(app, settings, town, effort) as stage:
        for name in asked.groups or GROUPS:
            missed += len(_measured(name, replace(stage, notes=Notebook()), about, asked).missed)
    minutes = (perf_counter() - begun) / 60
    report.say(f"{missed} goals are missed; all of it took {minutes:.1f} minutes")


def _measured(name: str, stage: Stage, about: Sequence[str], asked: argparse.Namespace) -> Notebook:
    """Run a group, and write down at once what it has found."""
    begun = perf_counter()
    GROUPS[name](stage)
    seconds = perf_counter() - begun
    report.say(f"{name} took {seconds:.0f} s")
    if folder := _written_to(asked):
        command = " ".join(["bin/bench", *sys.argv[1:]])
        said = f"`{command}` on {datetime.now(UTC):%Y-%m-%d}; this group took {seconds:.0f} s"
        document.write(name, stage.notes, [*about, said], folder, list(GROUPS))
    return stage.notes


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="bin/bench", description=__doc__)
    names = f"{', '.join(GROUPS)}; all of them by default"
    parser.add_argument("groups", nargs="*", type=_group, metavar="group", help=names)
    parser.add_argument("--quick", action="store_true", help=f"{size.QUICK.clients:,} clients")
    parser.add_argument("--clients", type=int, help=f"{size.WHOLE.clients:,} by default")
    parser.add_argument("--promos", type=int, default=size.WHOLE.promos)
    parser.add_argument("--stores", type=int, default=size.WHOLE.stores)
    parser.add_argument("--loaded", action="store_true", help="DATABASE_URL has this town already")
    parser.add_argument(
        "--docs",
        type=Path,
        help="folder whose performance.md takes the results; docs after a whole run",
    )
    for each in fields(Effort):
        default = getattr(WHOLE, each.name)
        kind = _numbers if isinstance(default, tuple) else int
        parser.add_argument(f"--{each.name}", type=kind, help=f"{default} by default")
    return parser.parse_args()


def _group(name: str) -> str:
    if name not in GROUPS:
        raise argparse.ArgumentTypeError(f"there is no group {name}")
    return name


def _numbers(said: str) -> tuple[int, ...]:
    return tuple(int(each) for each in said.split(","))


def _size(asked: argparse.Namespace) -> Size:
    usual = size.QUICK if asked.quick else size.WHOLE
    return Size(asked.clients or usual.clients, promos=asked.promos, stores=asked.stores)


def _effort(asked: argparse.Namespace) -> Effort:
    usual = QUICK if asked.quick else WHOLE
    given = {each.name: getattr(asked, each.name) for each in fields(Effort)}
    return replace(usual, **{name: value for name, value in given.items() if value is not None})


def _written_to(asked: argparse.Namespace) -> Path | None:
    """Only the whole of it, as it is by default, is what the document speaks of."""
    whole = not asked.quick and not asked.groups and asked.clients is None
    return asked.docs or (ROOT / "docs" if whole else None)


def _load(town: Size, settings: Settings) -> None:
    begun = perf_counter()
    flask_migrate.upgrade(directory=str(ROOT / "migrations"))
    db.engine.dispose()
    grown.keep_empty(settings.database_url)
    loading.load(town, report.say)
    report.say(f"loaded in {perf_counter() - begun:.0f} s")


if __name__ == "__main__":
    main()

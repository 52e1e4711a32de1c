"""`bin/bench [--quick] [--clients N] [group…]`: load the town once, then run the groups."""

import argparse
import platform
from collections.abc import Callable, Mapping
from pathlib import Path
from time import perf_counter
from typing import Final

import flask_migrate
from sqlalchemy import text

from bench import console, report
from bench.stage import Stage, make_app, opened
from bench.town import loading
from bench.town.size import QUICK, WHOLE, Size
from flashpromo.config import Settings
from flashpromo.db import session

GROUPS: Final[Mapping[str, Callable[[Stage], None]]] = {"console": console.run}
MIGRATIONS: Final = Path(__file__).parents[1] / "migrations"
ROUNDS: Final = 30
SETTINGS: Final = ("shared_buffers", "work_mem", "fsync", "synchronous_commit", "jit")


def main() -> None:
    """Run what the command line asks for."""
    asked = _arguments()
    settings, size = Settings(), _size(asked)
    app = make_app(settings)
    with app.app_context():
        if not asked.loaded:
            _load(size)
        report.say(_about(size))
    with opened(app, settings, size, asked.rounds) as stage:
        for name in asked.groups or GROUPS:
            GROUPS[name](stage)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="bin/bench", description=__doc__)
    names = f"{', '.join(GROUPS)}; all of them by default"
    parser.add_argument("groups", nargs="*", type=_group, metavar="group", help=names)
    parser.add_argument("--quick", action="store_true", help=f"{QUICK.clients:,} clients")
    parser.add_argument("--clients", type=int, help=f"{WHOLE.clients:,} by default")
    parser.add_argument("--promos", type=int, default=WHOLE.promos)
    parser.add_argument("--stores", type=int, default=WHOLE.stores)
    parser.add_argument("--rounds", type=int, default=ROUNDS, help="of each measurement")
    parser.add_argument("--loaded", action="store_true", help="DATABASE_URL has this town already")
    return parser.parse_args()


def _group(name: str) -> str:
    if name not in GROUPS:
        raise argparse.ArgumentTypeError(f"there is no group {name}")
    return name


def _size(asked: argparse.Namespace) -> Size:
    usual = QUICK if asked.quick else WHOLE
    return Size(asked.clients or usual.clients, promos=asked.promos, stores=asked.stores)


def _load(size: Size) -> None:
    begun = perf_counter()
    flask_migrate.upgrade(directory=str(MIGRATIONS))
    loading.load(size, report.say)
    report.say(f"loaded in {perf_counter() - begun:.0f} s")


def _about(size: Size) -> str:
    version = session().scalar(text("SHOW server_version"))
    postgis = session().scalar(text("SELECT postgis_lib_version()"))
    shown = ", ".join(f"{each} {session().scalar(text(f'SHOW {each}'))}" for each in SETTINGS)
    session().rollback()
    return (
        f"{size.clients:,} clients, {size.promos:,} promos, {size.stores:,} stores; "
        f"PostgreSQL {version} ({shown}), PostGIS {postgis}, Python {platform.python_version()}"
    )


if __name__ == "__main__":
    main()

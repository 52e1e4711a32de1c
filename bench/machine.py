"""On what the figures were taken: machine, versions, settings, and how many rows there are."""

import os
import platform
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path
from typing import Final

from sqlalchemy import text

from bench.town.size import Size
from flashpromo.db import session

SETTINGS: Final = (
    *("shared_buffers", "work_mem", "max_wal_size", "fsync", "synchronous_commit", "jit"),
    "random_page_cost",
)
LIBRARIES: Final = ("flask", "sqlalchemy", "psycopg2-binary", "redis", "rq", "granian")
COUNTED: Final = ("client", "notification", "delivery", "promo", "store", "reservation")


def described(town: Size) -> list[str]:
    """A line for each, for people."""
    rows = ", ".join(f"{_rows(table):,} {table}" for table in COUNTED)
    shown = ", ".join(f"{each} {session().scalar(text(f'SHOW {each}'))}" for each in SETTINGS)
    server = session().scalar(text("SHOW server_version"))
    postgis = session().scalar(text("SELECT postgis_lib_version()"))
    session().rollback()
    libraries = ", ".join(f"{each} {version(each)}" for each in LIBRARIES)
    return [
        (
            f"{os.cpu_count()} cores ({_processor()}), {_memory_gb():.0f} GB of memory, "
            f"{platform.system()} {platform.release()}; load before: {os.getloadavg()[0]:.1f}"
        ),
        f"PostgreSQL {server}, PostGIS {postgis}: {shown}",
        f"Python {platform.python_version()}, {libraries}",
        f"{town.clients:,} clients, {town.promos:,} promos, {town.stores:,} stores; rows: {rows}",
    ]


def _rows(table: str) -> int:
    return session().scalar(text(f"SELECT count(*) FROM {table}")) or 0  # noqa: S608 - see COUNTED


def _processor() -> str:
    return next(_told("/proc/cpuinfo", "model name"), platform.machine())


def _memory_gb() -> float:
    return int(next(_told("/proc/meminfo", "MemTotal"), "0 kB").split()[0]) / 1024**2


def _told(file: str, wanted: str) -> Iterator[str]:
    for line in Path(file).read_text().splitlines():
        name, _, value = line.partition(":")
        if name.strip() == wanted:
            yield value.strip()

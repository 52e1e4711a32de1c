"""PgBouncer in transaction mode, on a socket in front of the test database.

A transaction gets whichever of its few server connections is free: what one of them leaves in a
session, the next one finds there.
"""

import os
import pwd
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import psycopg2
from sqlalchemy.engine import URL, make_url

from tests.processes.running import eventually

PORT = "6432"
SERVERS = 4
"""Connections to PostgreSQL, for however many clients there are."""

CONFIGURATION = """
[databases]
{database} = {server} pool_size={servers}
[pgbouncer]
unix_socket_dir = {folder}
listen_port = {port}
auth_type = any
pool_mode = transaction
max_client_conn = 200
query_wait_timeout = 10
"""


@dataclass(frozen=True)
class Pooler:
    """The address through it, for the service and for tests."""

    url: URL

    def connect(self):
        """A connection of the plain driver, with nothing of the application about it."""
        connection = psycopg2.connect(
            dbname=self.url.database,
            user=self.url.username,
            host=self.url.query["host"],
            port=PORT,
        )
        connection.autocommit = True
        return connection


@contextmanager
def pooler(database_url: str) -> Iterator[Pooler]:
    """Start it; the folder is short, for a socket's path is."""
    server = make_url(database_url)
    with TemporaryDirectory(prefix="pooler-") as folder:
        file = Path(folder) / "pgbouncer.ini"
        file.write_text(_configuration(server, folder))
        Path(folder).chmod(0o777)
        process = _start(file, server)
        try:
            query = {"host": folder, "port": PORT}
            through = Pooler(URL.create(**_named(server), query=query))
            eventually(lambda: _answers(through), 10, "PgBouncer answers")
            yield through
        finally:
            process.kill()
            process.wait()


def _configuration(server: URL, folder: str) -> str:
    values = {
        "host": server.query.get("host") or server.host,
        "port": server.query.get("port") or server.port,
        "user": server.username,
        "password": server.password,
        "dbname": server.database,
    }
    told = " ".join(f"{name}={value}" for name, value in values.items() if value)
    return CONFIGURATION.format(
        database=server.database, server=told, servers=SERVERS, folder=folder, port=PORT
    )


def _start(file: Path, server: URL) -> subprocess.Popen:
    program = shutil.which("pgbouncer", path=f"{os.environ['PATH']}:/usr/sbin")
    assert program, "Debian's package pgbouncer is missing: bin/test installs it"
    # It refuses to run as root: then it is whoever may reach the server's socket.
    somebody = ["-u", _owner(server)] if os.geteuid() == 0 else []
    with file.with_suffix(".log").open("wb") as log:
        return subprocess.Popen([program, *somebody, str(file)], stdout=log, stderr=log)


def _owner(server: URL) -> str:
    folder = server.query.get("host") or "/"
    owner = Path(str(folder)).stat().st_uid if str(folder).startswith("/") else 0
    return pwd.getpwuid(owner).pw_name if owner else "nobody"


def _named(server: URL) -> dict[str, str | None]:
    return {
        "drivername": server.drivername,
        "username": server.username or "nobody",
        "database": server.database,
    }


def _answers(through: Pooler) -> bool:
    with suppress(psycopg2.OperationalError):
        through.connect().close()
        return True
    return False

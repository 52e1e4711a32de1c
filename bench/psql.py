"""The limit: the same work as plain SQL, in PostgreSQL's own client.

The statements stand as files in `bench/sql`, with psql's variables for what changes, and their
plans can be printed: nobody has to believe that they are the best that SQL does.
"""

import os
import re
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Self

from sqlalchemy import make_url

FOLDER = Path(__file__).parent / "sql"
TIME = re.compile(r"^Time: ([\d.]+) ms")
END = "the end of this answer"


class Psql:
    """One session of psql, open for as many statements as are wanted."""

    def __init__(self, ask: IO[str], hear: IO[str]) -> None:
        self._ask, self._hear = ask, hear

    @classmethod
    @contextmanager
    def opened(cls, database_url: str) -> Iterator[Self]:
        """Start psql on the database; it ends with the block."""
        session = subprocess.Popen(  # noqa: S603 - our own psql on our own database
            [program("psql"), "-qXtA", "-v", "ON_ERROR_STOP=1", "-d", address(database_url)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        if session.stdin is None or session.stdout is None:
            raise RuntimeError("psql has no pipes")
        try:
            yield cls(session.stdin, session.stdout)
        finally:
            session.stdin.close()
            session.wait(10)
            session.stdout.close()

    def milliseconds(self, file: str, variables: Mapping[str, object]) -> float:
        """How long the statement of a file takes; its rows are read and thrown away."""
        said = self._said(f"\\timing on\n{_statement(file)}\n\\timing off\n", variables)
        return sum(float(found[1]) for line in said if (found := TIME.match(line)))

    def rows(self, file: str, variables: Mapping[str, object]) -> list[list[str]]:
        """What the statement of a file answers."""
        return [line.split("|") for line in self._said(f"{_statement(file)}\n", variables)]

    def plan(self, file: str, variables: Mapping[str, object]) -> list[str]:
        """How PostgreSQL does it, with what each step took."""
        explained = f"EXPLAIN (ANALYZE, BUFFERS, SUMMARY) {_statement(file)}\n"
        return self._said(explained, variables)

    def _said(self, commands: str, variables: Mapping[str, object]) -> list[str]:
        sets = "".join(f"\\set {name} '{value}'\n" for name, value in variables.items())
        self._ask.write(f"{sets}{commands}\\echo {END!r}\n")
        self._ask.flush()
        said: list[str] = []
        for line in self._hear:
            if line.rstrip("\n") == END:
                return said
            said.append(line.rstrip("\n"))
        raise RuntimeError(f"psql gave up: {' '.join(said)}")


def _statement(file: str) -> str:
    """The statement without the comment above it."""
    lines = (FOLDER / file).read_text().splitlines()
    return "\n".join(line for line in lines if not line.startswith("--"))


def program(name: str) -> str:
    """A program of the cluster that `bin/bench` has started, or the one in the path."""
    folder = os.environ.get("POSTGRES_BIN")
    return str(Path(folder) / name) if folder else shutil.which(name) or name


def address(database_url: str) -> str:
    """The database as PostgreSQL's own programs take it."""
    url = make_url(database_url).set(drivername="postgresql")
    return url.render_as_string(hide_password=False)

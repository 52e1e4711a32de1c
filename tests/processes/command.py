"""A flask command in a process that was forked from one which has imported everything already.

It costs a tenth of a fresh interpreter, and is the same command with its own environment, session
and log otherwise. It may be held where barriers have been passed.
"""

import os
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from flask.cli import main

import flashpromo.app  # noqa: F401 - what a fresh interpreter would need its time for
from flashpromo import barriers


def run(
    arguments: Sequence[str],
    environment: Mapping[str, str],
    log: Path,
    hold_at: Sequence[str],
    hold_file: Path,
) -> None:
    """`flask ARGUMENTS…`; held at the last of the barriers `hold_at`, see `hold`."""
    os.setsid()
    os.environ.clear()
    os.environ.update(environment)
    output = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    for number in (1, 2):
        os.dup2(output, number)
    if hold_at:
        hold(list(hold_at), hold_file)
    sys.argv = ["flask", "--app", "wsgi", *arguments]
    main()


def hold(names: list[str], file: Path) -> None:
    """Once `names` have been passed one after the other, say so in `file`, and wait for `.go`.

    It is the process that works which stands there: for a worker its child. Once only.
    """

    def listener(name: str) -> None:
        if names and name == names[0]:
            names.pop(0)
            if not names and not file.exists():
                unfinished = file.with_suffix(".new")
                unfinished.write_text(str(os.getpid()))
                unfinished.rename(file)
                while not file.with_suffix(".go").exists():
                    time.sleep(0.02)

    barriers.listener = listener

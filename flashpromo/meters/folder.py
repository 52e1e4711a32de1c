"""The folder in which the processes of one web server add up what they count.

A scrape is answered by any of them, so each keeps its numbers in small mapped files that all of
them can read. The folder belongs to one life of the server: its name has the process that started
them all and when that began, so nothing stale is ever added; what dead servers have left is taken
away by the next one. To be shared before the meters are made: see `wsgi.py`.
"""

import logging
import os
import re
import shutil
import tempfile
from pathlib import Path
from typing import Final

log = logging.getLogger(__name__)

VARIABLE: Final = "PROMETHEUS_MULTIPROC_DIR"
"""prometheus-client's own name; where it is set already, that folder is used as it is."""

LIVE_FILE: Final = re.compile(r"gauge_live\w+_(\d+)\.db")


def share() -> None:
    """Let the processes with the same parent add up; alone, when there is no place for it."""
    if VARIABLE in os.environ:
        return
    family = f"flashpromo-meters-{os.getuid()}-"
    place = Path(tempfile.gettempdir())
    own = place / f"{family}{os.getppid()}-{_began(os.getppid())}"
    try:
        own.mkdir(mode=0o700, exist_ok=True)
        if own.stat().st_uid != os.getuid():
            raise PermissionError(f"{own} is somebody else's")
        for left in place.glob(f"{family}*-*"):
            _remove_if_dead(left)
    except OSError as error:
        log.warning("each web process counts for itself alone: %s", error)
        return
    os.environ[VARIABLE] = str(own)


def shared() -> Path | None:
    """The folder, if there is one."""
    return Path(os.environ[VARIABLE]) if VARIABLE in os.environ else None


def forget_dead(folder: Path) -> None:
    """Take away what processes that are gone said of themselves; what they counted stays."""
    for file in folder.glob("gauge_live*.db"):
        found = LIVE_FILE.fullmatch(file.name)
        if found and _began(int(found[1])) == "0":
            file.unlink(missing_ok=True)


def _remove_if_dead(folder: Path) -> None:
    _, pid, began = folder.name.rsplit("-", 2)
    if pid.isdigit() and _began(int(pid)) != began:
        shutil.rmtree(folder, ignore_errors=True)


def _began(pid: int) -> str:
    """When a process began, in ticks since the machine did; 0 for one that is gone."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[19]
    except (OSError, IndexError):
        return "0"

"""What a planted job would like RQ to import: whoever does leaves a mark."""

import os
from pathlib import Path

from rq import Queue as RqQueue

if "TRAP" in os.environ:
    Path(os.environ["TRAP"]).touch()


def spring(*_: object, **__: object) -> None:
    """For names of functions and callbacks."""


class Queue(RqQueue):
    """For names of classes."""


class Lure:
    """Whoever unpickles it leaves the mark."""

    def __init__(self, mark: Path) -> None:
        self.mark = mark

    def __reduce__(self):
        return os.system, (f"touch {self.mark}",)

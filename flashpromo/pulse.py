"""A sign of life for whoever looks from outside: a file that a process keeps touching.

`deploy/healthy.py` looks how old it is.
"""

import contextlib
from pathlib import Path


def beat(file: str) -> None:
    """Touch `file`, if there is one; a place that cannot be written makes no process worse."""
    if file:
        with contextlib.suppress(OSError):
            Path(file).touch()

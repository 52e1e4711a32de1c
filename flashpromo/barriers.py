"""Named places in the code where a crash would hurt most.

They do nothing. A test that wants to kill a process exactly there, or to hold it there while
another one passes, installs a listener in that process.
"""

from collections.abc import Callable

listener: Callable[[str], None] | None = None


def barrier(name: str) -> None:
    """Pass the place `name`, for example `hold.recorded`."""
    if listener is not None:
        listener(name)

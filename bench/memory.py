"""How much memory processes take: each by itself, and the most that any of its kind has taken.

Resident memory (RSS) counts what is shared with others in full, proportional memory (PSS) its part
of it. Children that a worker forks for a job are looked at too.
"""

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

PROC: Final = Path("/proc")
EVERY_SECONDS: Final = 0.1
MB: Final = 1024
"""Of the kilobytes that the kernel tells."""


@dataclass
class Most:
    """The most that processes of each kind have taken, in MB."""

    rss: dict[str, float] = field(default_factory=dict)
    pss: dict[str, float] = field(default_factory=dict)

    def look(self, roots: Mapping[str, int]) -> None:
        """Look at these processes and all that they have started."""
        for name, root in roots.items():
            for pid in _family(root):
                with suppress(OSError):
                    rss, pss = taken_mb(pid)
                    self.rss[name] = max(self.rss.get(name, 0.0), rss)
                    self.pss[name] = max(self.pss.get(name, 0.0), pss)


def taken_mb(pid: int) -> tuple[float, float]:
    """RSS and PSS of a process; raises `OSError` when it is gone."""
    lines = (PROC / str(pid) / "smaps_rollup").read_text().splitlines()[1:]
    told = {name: value for name, _, value in (line.partition(":") for line in lines)}
    return tuple(int(told[name].split()[0]) / MB for name in ("Rss", "Pss"))  # type: ignore[return-value]


@contextmanager
def watched(roots: Mapping[str, int]) -> Iterator[Most]:
    """Look at these processes, by their kind, again and again until the block ends."""
    most, over = Most(), threading.Event()

    def watch() -> None:
        while not over.wait(EVERY_SECONDS):
            most.look(roots)

    most.look(roots)
    thread = threading.Thread(target=watch, daemon=True)
    thread.start()
    try:
        yield most
    finally:
        over.set()
        thread.join()
        most.look(roots)


def _family(root: int) -> Iterator[int]:
    """A process and its descendants."""
    yield root
    with suppress(OSError):
        for task in (PROC / str(root) / "task").iterdir():
            for child in (task / "children").read_text().split():
                yield from _family(int(child))

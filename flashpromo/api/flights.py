"""Of those who would compute the same at once, one does, and the others take what it has kept.

Without that, all who find a list of many promos forgotten compute it, each slower for the others.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock
from typing import Final

LOCKS: Final = tuple(Lock() for _ in range(256))
"""Of one process; what shares one by chance waits in vain, and no more than that."""


@contextmanager
def alone(key: str) -> Iterator[bool]:
    """Wait until nobody else of this process is at it; whether somebody was: then look again."""
    lock = LOCKS[hash(key) % len(LOCKS)]
    is_free = lock.acquire(blocking=False)
    if not is_free:
        lock.acquire()
    try:
        yield not is_free
    finally:
        lock.release()

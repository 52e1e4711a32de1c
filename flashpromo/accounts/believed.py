"""What this process believes about tokens, for a second: a busy caller costs one query a second.

What is revoked by this process is refused by it at once: the commit of a revocation forgets the
token and moves a counter on, so that somebody who read the row before the commit does not store it
after. Other processes come to know within the second.
"""

from collections.abc import Iterable
from threading import Lock
from typing import Final

from cachetools import TTLCache

from flashpromo import db
from flashpromo.accounts.principal import Principal

BELIEVED_SECONDS: Final = 1


class Believed:
    """Principals by the hash of their token."""

    def __init__(self) -> None:
        self._principals: TTLCache[bytes, Principal] = TTLCache(
            maxsize=20_000, ttl=BELIEVED_SECONDS
        )
        self._forgotten = 0
        self._lock = Lock()

    def find(self, token_hash: bytes) -> tuple[Principal | None, int]:
        """Who is believed, and the counter under which a look-up that starts now may be stored."""
        with self._lock:
            return self._principals.get(token_hash), self._forgotten

    def store(self, principal: Principal, counter: int) -> None:
        """Believe what was looked up, unless something was revoked since."""
        with self._lock:
            if counter == self._forgotten:
                self._principals[principal.held.token_hash] = principal

    def forget(self, token_hashes: Iterable[bytes]) -> None:
        """Believe these no longer."""
        with self._lock:
            self._forgotten += 1
            for token_hash in token_hashes:
                self._principals.pop(token_hash, None)

    def forget_all(self) -> None:
        """Believe nobody."""
        with self._lock:
            self._forgotten += 1
            self._principals.clear()


believed: Final = Believed()


def forget_after_commit(token_hashes: Iterable[bytes]) -> None:
    """Refuse these from the commit of the open transaction on."""
    hashes = [bytes(each) for each in token_hashes]
    if hashes:
        db.after_commit(lambda: believed.forget(hashes))

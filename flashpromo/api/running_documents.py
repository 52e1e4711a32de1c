"""Documents of running promos, kept by each process while nothing that they show has changed.

The lists of two clients differ; most promos on them do not. What is kept carries the stamp of all
terms that was current before it was read, like every list in the cache, and is believed as long as
a list is. A promo that runs is shown alike at every instant of its time.
"""

import time
from collections.abc import Sequence
from datetime import datetime
from threading import Lock
from typing import Any, Final, NamedTuple

from cachetools import LRUCache

from flashpromo import cache, config
from flashpromo.api import promo_documents

MOST: Final = 2000
"""About five kilobytes each."""


class Kept(NamedTuple):
    """A document, and until when it is believed, by the monotonic clock."""

    document: dict[str, Any]
    until: float


_kept: Final[LRUCache[tuple[bytes, int], Kept]] = LRUCache(MOST)
_lock: Final = Lock()


def many(promo_ids: Sequence[int], now: datetime, reading: cache.Reading) -> list[Kept]:
    """The documents of promos that run at `now`, in this order; what is gone is left out.

    Args:
        promo_ids: of the promos.
        now: the time of the list that they are on.
        reading: the look into the cache that came before the list was read; the first of its stamps
            is that of all terms. With Redis away nothing is kept.
    """
    stamp = None if reading.stamps is None else reading.stamps[0]
    found = {} if stamp is None else _believed(stamp, promo_ids)
    missing = [each for each in promo_ids if each not in found]
    if missing:
        made = _made(missing, now, reading.started + config.current().cached_list_seconds)
        found |= made
        if stamp is not None:
            with _lock:
                _kept.update({(stamp, promo_id): kept for promo_id, kept in made.items()})
    return [found[each] for each in promo_ids if each in found]


def _believed(stamp: bytes, promo_ids: Sequence[int]) -> dict[int, Kept]:
    with _lock:
        kept = {each: _kept.get((stamp, each)) for each in promo_ids}
    # A list lives no longer than what is on it: what is about to end is rather read anew.
    latest = time.monotonic() + config.current().cached_list_seconds / 2
    return {each: one for each, one in kept.items() if one is not None and one.until > latest}


def _made(promo_ids: Sequence[int], now: datetime, until: float) -> dict[int, Kept]:
    documents = promo_documents.by_id(promo_ids, now)
    return {key: Kept(each.model_dump(mode="json"), until) for key, each in documents.items()}

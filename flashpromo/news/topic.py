"""The one topic that everything is published under, and how its messages are written.

A name says what has changed: everything that shoppers see (`EVERYTHING`), the units of one promo,
what one client has of its own. They are those of the cache's stamps, for what makes a remembered
list untrue is what a page has to be told of.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Self

from flashpromo.guarded_redis import PREFIX

EVERYTHING: Final = "terms"
CLIENT: Final = "client"
UNITS: Final = "units"
ACTIVATED: Final = "activated"
CHANGED: Final = "changed"


def topic_of(redis: Any) -> str:
    """The topic of our own Redis database: publishing by itself reaches the listeners of all.

    Args:
        redis: a client of redis-py, of either kind.
    """
    return f"{PREFIX}live:{redis.get_connection_kwargs().get('db', 0)}"


def activated(promo_ids: Sequence[int]) -> str:
    """The message of a wave: these promos have just notified their audiences."""
    return json.dumps({"event": ACTIVATED, "promo_ids": list(promo_ids)})


def changed(names: Sequence[str]) -> str:
    """The message of a commit that changed what these names stand for."""
    return json.dumps({"event": CHANGED, "names": list(names)})


@dataclass(frozen=True)
class News:
    """What a message is about: everything, the units of these promos, what these clients have."""

    everything: bool = False
    promo_ids: frozenset[int] = field(default=frozenset())
    client_ids: frozenset[int] = field(default=frozenset())

    @classmethod
    def read(cls, message: bytes | str) -> Self:
        """Read what was published; raises `ValueError` for what is no message of ours."""
        told = json.loads(message)
        if not isinstance(told, dict):
            raise ValueError("not a message of ours")
        if told.get("event") == ACTIVATED:
            return cls(everything=True)
        names = told.get("names")
        if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
            raise ValueError("names of nothing")
        return cls(EVERYTHING in names, _ids(names, UNITS), _ids(names, CLIENT))


def _ids(names: Sequence[str], kind: str) -> frozenset[int]:
    parts = (name.partition(":") for name in names)
    return frozenset(int(number) for found, _, number in parts if found == kind)

"""Who listens, and what each of them has yet to be told.

What waits for a listener is not a queue but a set: a promo whose units change ten times before the
listener can be told is told of once, and past a hundred promos it is told to look at everything. So
the memory of a listener is bounded by itself, however slowly it reads.

What concerns all is told in rounds of so many a second: whoever is told asks the web at once, and
the web must not be asked by all in the same instant.
"""

import asyncio
import secrets
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

from flashpromo.news.topic import News

MOST_PROMOS: Final = 100
TOLD_AT_ONCE: Final = 50


class Full(Exception):
    """There is no room for another listener."""


class TooMany(Exception):
    """This client listens as often as one client may."""


@dataclass(eq=False)
class Listener:
    """One open stream, and what it has yet to be told."""

    client_id: int
    wake: asyncio.Event = field(default_factory=asyncio.Event)
    everything: bool = False
    own: bool = False
    promo_ids: set[int] = field(default_factory=set)
    is_over: bool = False

    def tell(self, promo_ids: Iterable[int] = (), *, everything: bool = False) -> None:
        """Let the stream say so as soon as it can."""
        self.promo_ids.update(promo_ids)
        self.everything = self.everything or everything or len(self.promo_ids) > MOST_PROMOS
        if self.everything:
            self.promo_ids.clear()
        self.wake.set()

    def tell_own(self) -> None:
        """Let the stream say that something of the client's own has changed."""
        self.own = True
        self.wake.set()

    def end(self) -> None:
        """Let the stream come to its end."""
        self.is_over = True
        self.wake.set()

    def take(self) -> dict[str, object]:
        """What there is to tell, once; empty if nothing."""
        told: dict[str, object] = {}
        if self.everything:
            told["everything"] = True
        elif self.promo_ids:
            told["promo_ids"] = sorted(self.promo_ids)
        if self.own:
            told["own"] = True
        self.everything = self.own = False
        self.promo_ids = set()
        self.wake.clear()
        return told


class Hub:
    """All listeners of this process."""

    def __init__(self, most: int, most_per_client: int, tellings_per_second: int) -> None:
        self._most, self._most_per_client = most, most_per_client
        self._pause_seconds = TOLD_AT_ONCE / tellings_per_second
        self._listeners: dict[int, set[Listener]] = defaultdict(set)
        self._count = 0
        self._life, self._said = secrets.token_hex(4), 0
        self._news: News = News()
        self._has_news = asyncio.Event()

    def __len__(self) -> int:
        return self._count

    @property
    def last_id(self) -> str:
        """Stands for all that was heard up to now, in this life of the process."""
        return f"{self._life}-{self._said}"

    def enter(self, client_id: int) -> Listener:
        """Let a client listen; raises `Full` or `TooMany`."""
        if self._count >= self._most:
            raise Full
        if len(self._listeners[client_id]) >= self._most_per_client:
            raise TooMany
        listener = Listener(client_id)
        self._listeners[client_id].add(listener)
        self._count += 1
        return listener

    def leave(self, listener: Listener) -> None:
        """This one listens no more."""
        own = self._listeners[listener.client_id]
        own.discard(listener)
        if not own:
            del self._listeners[listener.client_id]
        self._count -= 1

    def hear(self, news: News) -> None:
        """Tell the clients that it names now, and all the others in the next round."""
        self._said += 1
        for client_id in news.client_ids & self._listeners.keys():
            for listener in self._listeners[client_id]:
                listener.tell_own()
        if news.everything or news.promo_ids:
            before = self._news
            promo_ids = before.promo_ids | news.promo_ids
            everything = before.everything or news.everything or len(promo_ids) > MOST_PROMOS
            self._news = News(everything, frozenset() if everything else promo_ids)
            self._has_news.set()

    async def go_round(self) -> None:
        """Tell everybody of what concerns all, round by round, until this is cancelled."""
        while True:
            await self._has_news.wait()
            news, self._news = self._news, News()
            self._has_news.clear()
            for number, listener in enumerate(self._all(), start=1):
                listener.tell(news.promo_ids, everything=news.everything)
                if number % TOLD_AT_ONCE == 0:
                    await asyncio.sleep(self._pause_seconds)

    def end_all(self) -> None:
        """Let every stream come to its end."""
        for listener in self._all():
            listener.end()

    def _all(self) -> list[Listener]:
        return [each for own in self._listeners.values() for each in own]

"""Who is acting, as whoever came in by a door is known: the domain asks nobody else.

A door says it where it learns it, and the domain's functions need not know any door. What runs
without one is the system itself. Each thread, and so each request, has its own.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class ActorKind(StrEnum):
    """The three kinds of people, whoever is not signed in, and the service itself."""

    OPERATOR = "operator"
    MERCHANT = "merchant"
    CLIENT = "client"
    VISITOR = "visitor"
    SYSTEM = "system"


class Door(StrEnum):
    """The ways in; `system` stands for none of them."""

    API = "api"
    PAGES = "pages"
    CONSOLE = "console"
    ADMIN = "admin"
    CLI = "cli"
    WORKER = "worker"
    SCHEDULER = "scheduler"
    SYSTEM = "system"


@dataclass(frozen=True)
class Actor:
    """Somebody, by which door, and from which address.

    Of a client only its number is kept, neither name nor address: what is written down here cannot
    be erased with it.
    """

    kind: ActorKind
    door: Door
    id: int | None = None
    name: str = ""
    address: str = ""

    def __post_init__(self) -> None:
        if self.kind is ActorKind.CLIENT:
            object.__setattr__(self, "name", "")
            object.__setattr__(self, "address", "")


SYSTEM: Final = Actor(ActorKind.SYSTEM, Door.SYSTEM)

_present: Final = ContextVar("flashpromo.actor", default=SYSTEM)


def present() -> Actor:
    """Who is acting now."""
    return _present.get()


def enter(actor: Actor) -> None:
    """From now on this one acts, until the next one enters or `leave` is called."""
    _present.set(actor)


def leave() -> None:
    """From now on it is the system itself."""
    _present.set(SYSTEM)


@contextmanager
def acting(actor: Actor) -> Iterator[None]:
    """Inside the block this one acts."""
    token = _present.set(actor)
    try:
        yield
    finally:
        _present.reset(token)

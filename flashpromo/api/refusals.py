"""What an operation refuses for reasons of its own, declared where the route stands.

What every operation refuses in the same way (no token, no permission, a wrong field, nothing of
that id) the documentation derives from the route itself; a view names only the errors of the domain
that belong to what it does: `@refuses(AlreadyHeld, SoldOut)`. The stateful tests hold the
declarations to what really happens.
"""

from collections.abc import Callable
from typing import Final, TypeVar

from flashpromo.errors import DomainError

View = TypeVar("View", bound=Callable[..., object])

REFUSALS: Final = "declared_refusals"


def refuses(*errors: type[DomainError]) -> Callable[[View], View]:
    """Declare errors particular to a route; it may stand above or below `input` and `output`."""

    def declare(view: View) -> View:
        setattr(view, REFUSALS, (*declared(view), *errors))
        return view

    return declare


def declared(view: Callable[..., object]) -> tuple[type[DomainError], ...]:
    """The errors that a view has declared, in their order; empty if none."""
    found: tuple[type[DomainError], ...] = getattr(view, REFUSALS, ())
    return found

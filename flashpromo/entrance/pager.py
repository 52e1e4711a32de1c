"""Long lists come a page at a time; their neighbours keep whatever else the address asks for."""

from dataclasses import dataclass, replace
from typing import Final

from flask import request, url_for

SIZE: Final = 20


@dataclass(frozen=True)
class Pager:
    """One page of a list, counted from 1, of `count` things."""

    page: int
    count: int = 0
    size: int = SIZE

    @property
    def window(self) -> dict[str, int]:
        """The page as `limit` and `offset` of a query."""
        return {"limit": self.size, "offset": self.offset}

    @property
    def offset(self) -> int:
        """How many come before it."""
        return (self.page - 1) * self.size

    def of(self, count: int) -> "Pager":
        """The same page, now that it is known how many there are."""
        return replace(self, count=count)

    @property
    def last(self) -> int:
        """The number of the last page."""
        return max(1, -(-self.count // self.size))

    @property
    def first_shown(self) -> int:
        """The place of the first one that is shown; 0 when none is."""
        return min((self.page - 1) * self.size + 1, self.count) if self.page <= self.last else 0

    @property
    def last_shown(self) -> int:
        """The place of the last one that is shown."""
        return min(self.page * self.size, self.count)

    def address(self, page: int) -> str:
        """Where another page of the same list is."""
        return here(page=page if page > 1 else None)


def here(**changes: object) -> str:
    """This address with other parameters; None takes one away."""
    asked = {**request.args.to_dict(), **(request.view_args or {}), **changes}
    kept = {name: value for name, value in asked.items() if value not in {None, ""}}
    return url_for(request.endpoint or "", **kept)

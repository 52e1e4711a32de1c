"""The single promos that a form would make: each day with its window and what is unusual about it.

A plan has a mark: a digest of the terms and of every window. The page carries it along, with the
instant at which the plan was made; nothing is made but the plan of that mark. A rule is pure, so
what was shown at that instant can be told again, and what is different now.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from hashlib import sha256
from typing import Any, Self

from flashpromo.errors import InvalidFields
from flashpromo.promos import series
from flashpromo.promos.occurrences import MEANINGS, Window
from flashpromo.promos.recurrence import Rule
from flashpromo.promos.recurrence import Series as Meant
from flashpromo.promos.terms import check_together


@dataclass(frozen=True)
class Row:
    """A day of the plan; without a window it is left out, and a remark says why."""

    day: date
    window: Window | None
    remarks: Sequence[str]
    overlaps: Sequence[int] = ()


@dataclass(frozen=True)
class Plan:
    """What a rule makes of an offer at an instant; `offer` is None while it cannot be read."""

    rule: Rule
    meant: Meant
    offer: Mapping[str, Any] | None
    overlaps: Sequence[Sequence[int]]
    made_at: datetime

    @classmethod
    def of(
        cls, rule: Rule, product_id: int, offer: Mapping[str, Any] | None, now: datetime
    ) -> Self:
        """Look at everything that can be known before anything is made.

        Raises:
            InvalidFields: a field of the rule is wrong, or all together have too many units.
        """
        meant = rule.series(now)
        if offer is not None:
            check_together(series.terms(offer, meant.windows))
        overlaps = series.overlaps(product_id, meant.windows, now)
        return cls(rule, meant, offer, overlaps, now)

    @property
    def count(self) -> int:
        """How many promos it makes."""
        return len(self.meant.windows)

    @property
    def units(self) -> int | None:
        """How many units all of them have together."""
        return None if self.offer is None else self.count * int(self.offer["quantity"])

    @property
    def taken(self) -> int:
        """How many windows published promos of the product are in the way of."""
        return sum(1 for each in self.overlaps if each)

    @property
    def rows(self) -> Sequence[Row]:
        """Every day of the rule, in order."""
        kept = [
            Row(each.day, each, [MEANINGS[said] for said in each.remarks], in_the_way)
            for each, in_the_way in zip(self.meant.windows, self.overlaps, strict=True)
        ]
        left_out = [Row(each.day, None, [MEANINGS[each.remark]]) for each in self.meant.left_out]
        return sorted([*kept, *left_out], key=lambda row: row.day)

    @property
    def mark(self) -> str:
        """What tells this plan from another one; empty while the offer cannot be read."""
        return "" if self.offer is None else _mark(self.offer, self.meant)

    def gone_since(self, mark: str, shown_at: str) -> Sequence[date] | None:
        """The days that were in the plan of a mark, at an ISO 8601 instant, and are over now.

        None when it was a plan of other terms or times.
        """
        try:
            before = self.rule.series(datetime.fromisoformat(shown_at))
        except (InvalidFields, ValueError, TypeError):
            return None
        if self.offer is None or _mark(self.offer, before) != mark:
            return None
        present = {each.day for each in self.meant.windows}
        return [each.day for each in before.windows if each.day not in present]


def _mark(offer: Mapping[str, Any], meant: Meant) -> str:
    windows = [(each.start.isoformat(), each.end.isoformat()) for each in meant.windows]
    terms = sorted((name, str(value)) for name, value in offer.items())
    return sha256(repr((terms, windows)).encode()).hexdigest()[:32]

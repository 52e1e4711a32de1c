"""Counting: said by the domain where a fact is made, written once right before the commit.

All that a transaction has counted is one statement over sorted keys, its last one: two transactions
that count the same wait for each other for the length of a commit, and never in a circle.
"""

from bisect import bisect_left
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import bindparam, text
from sqlalchemy.dialects.postgresql import ARRAY, DOUBLE_PRECISION, TEXT

from flashpromo import db
from flashpromo.tallies.series import Distribution, Total

SUM: Final = "sum"
BEYOND: Final = "+Inf"

ADD = text("""
INSERT INTO tally (series, part, value)
SELECT series, part, value FROM unnest(:series, :parts, :values) AS added (series, part, value)
ORDER BY series, part
ON CONFLICT (series, part) DO UPDATE SET value = tally.value + excluded.value
""").bindparams(
    bindparam("series", type_=ARRAY(TEXT)),
    bindparam("parts", type_=ARRAY(TEXT)),
    bindparam("values", type_=ARRAY(DOUBLE_PRECISION)),
)
READ = text("SELECT series, part, value FROM tally")


@dataclass(frozen=True)
class Seen:
    """A distribution as it stands: how many were at most each bound, all of them, and their sum."""

    buckets: Sequence[tuple[str, float]]
    sum: float


def count(total: Total, *labels: str, by: float = 1) -> None:
    """Add to a total, once the open transaction commits."""
    if by:
        db.before_commit(_write, (total.name, _part(labels), by))


def observe(distribution: Distribution, value: float, *labels: str, times: int = 1) -> None:
    """Note that something was measured, `times` times over, once the transaction commits."""
    if times:
        place = bisect_left(distribution.bounds, value)
        bound = BEYOND if place == len(distribution.bounds) else str(distribution.bounds[place])
        db.before_commit(_write, (distribution.name, _part((*labels, bound)), times))
        db.before_commit(_write, (distribution.name, _part((*labels, SUM)), value * times))


def read() -> dict[str, dict[tuple[str, ...], float]]:
    """Every series by its parts."""
    found: dict[str, dict[tuple[str, ...], float]] = {}
    for row in db.session().execute(READ):
        found.setdefault(row.series, {})[tuple(row.part.split("|"))] = row.value
    return found


def seen(
    distribution: Distribution, parts: Mapping[tuple[str, ...], float]
) -> dict[tuple[str, ...], Seen]:
    """A distribution by its labels, out of what `read` found of it; the buckets add up."""
    labels = {part[:-1] for part in parts} or ({()} if not distribution.labels else set())
    return {each: _seen(distribution, each, parts) for each in sorted(labels)}


def _seen(
    distribution: Distribution, labels: tuple[str, ...], parts: Mapping[tuple[str, ...], float]
) -> Seen:
    buckets, running = [], 0.0
    for bound in (*map(str, distribution.bounds), BEYOND):
        running += parts.get((*labels, bound), 0.0)
        buckets.append((bound, running))
    return Seen(buckets, parts.get((*labels, SUM), 0.0))


def _part(labels: Sequence[str]) -> str:
    return "|".join(labels)


def _write(items: Sequence[tuple[str, str, float]]) -> None:
    added: Counter[tuple[str, str]] = Counter()
    for series, part, by in items:
        added[series, part] += by  # type: ignore[assignment] # a Counter adds up what it is given
    keys = sorted(added)
    values: dict[str, Any] = {
        "series": [series for series, _ in keys],
        "parts": [part for _, part in keys],
        "values": [float(added[key]) for key in keys],
    }
    db.session().execute(ADD, values)

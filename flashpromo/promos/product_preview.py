"""What a file of products would change, before anybody says so; and then exactly that.

The preview is found out by the very steps that write, but for the writing. Its digest goes along
with the word of whoever has seen it: the same steps are done again, now behind locks, and if they
come to anything else (somebody has changed a product, a promo has been published, another file came
first), nothing is written and the new preview is to be looked at.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from functools import cached_property
from hashlib import sha256
from typing import Final, NamedTuple

from sqlalchemy import text

from flashpromo.bulk.errors import ChangedMeanwhile
from flashpromo.bulk.source import Record
from flashpromo.bulk.staging import Upserted
from flashpromo.db import session
from flashpromo.market.product_staging import STAGE
from flashpromo.promos import product_import


class Outcome(StrEnum):
    """What becomes of a line."""

    NEW = "new"
    CHANGED = "changed"
    UNCHANGED = "unchanged"
    WRONG = "wrong"


WRITTEN: Final = frozenset({Outcome.NEW, Outcome.CHANGED})

LINES: Final = """
SELECT staged.line, staged.external_id,
    CASE WHEN NOT staged.known THEN 'new' WHEN staged.changed THEN 'changed' ELSE 'unchanged' END,
    store.name, store.currency, product.id, product.name, coalesce(staged.name, product.name),
    product.regular_price, coalesce(staged.regular_price, product.regular_price), NULL, NULL
FROM staged_product AS staged
JOIN store ON store.id = staged.store_id
LEFT JOIN product ON staged.known AND product.id = staged.product_id
UNION ALL
SELECT line, external_id, 'wrong', NULL, NULL, NULL, NULL, NULL, NULL, NULL, field, reason
FROM rejected_row
ORDER BY 1
"""


class Line(NamedTuple):
    """A line of the file: what is there before and after, or which field is wrong and why."""

    line: int
    external_id: str | None
    outcome: Outcome
    store_name: str | None
    currency: str | None
    product_id: int | None
    name_before: str | None
    name: str | None
    price_before: Decimal | None
    price: Decimal | None
    field: str | None
    reason: str | None


@dataclass(frozen=True)
class Preview:
    """All lines, in their order."""

    lines: Sequence[Line]

    @cached_property
    def counts(self) -> dict[Outcome, int]:
        """How many lines come to what."""
        found = Counter(each.outcome for each in self.lines)
        return {each: found[each] for each in Outcome}

    @property
    def writes(self) -> int:
        """How many products would be added or changed."""
        return sum(self.counts[each] for each in WRITTEN)

    @cached_property
    def digest(self) -> str:
        """The same for two previews that show the same, and only for these."""
        whole = sha256()
        for each in self.lines:
            whole.update(repr(tuple(each)).encode("utf-8", "backslashreplace"))
        return whole.hexdigest()


def look(records: Iterable[Record], *, scope: Collection[int] | None, usual_store: int) -> Preview:
    """What the records would change; nothing is written or locked."""
    product_import.prepare(records, scope, usual_store, lock=False)
    preview = _preview()
    STAGE.drop()
    return preview


def carry_out(
    records: Iterable[Record],
    seen: str,
    *,
    scope: Collection[int] | None,
    usual_store: int,
) -> Upserted:
    """Write what somebody has seen.

    Args:
        records: the same that were looked at.
        seen: the digest of the preview.
        scope: the stores that may be written; None: all of them.
        usual_store: the store of a record that names none.

    Raises:
        ChangedMeanwhile: they would change something else by now; the door rolls back.
    """
    now = product_import.prepare(records, scope, usual_store)
    if _preview().digest != seen:
        raise ChangedMeanwhile
    done = product_import.write(now, usual_store)
    STAGE.drop()
    return done


def _preview() -> Preview:
    rows = session().execute(text(LINES))
    return Preview([Line._make((*row[:2], Outcome(row[2]), *row[3:])) for row in rows])

"""What the ids in the log are called now: a few small questions for a whole page of events."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import select

from flashpromo.accounts.models import SignIn
from flashpromo.audience.models import Segment
from flashpromo.audit.models import AuditEvent
from flashpromo.db import session
from flashpromo.market.models import Product, Store
from flashpromo.promos.models import Promo

MOST_NAMED: Final = 200
FIELDS: Final = {
    "segment_ids": "segment",
    "product_id": "product",
    "of_promo_id": "promo",
    "promo_id": "promo",
    "promo_ids": "promo",
}
"""The fields of events that hold ids, and of what."""


def names_in(events: Sequence[AuditEvent]) -> dict[str, dict[int, str]]:
    """The names of all that these events speak of, by kind, and by the fields that hold ids."""
    wanted = _ids_in(events)
    found = {
        "store": _ask(select(Store.id, Store.name).where(Store.id.in_(wanted["store"]))),
        "product": _ask(select(Product.id, Product.name).where(Product.id.in_(wanted["product"]))),
        "segment": _ask(select(Segment.id, Segment.name).where(Segment.id.in_(wanted["segment"]))),
        "user": _ask(
            select(SignIn.user_id, SignIn.username).where(SignIn.user_id.in_(wanted["user"]))
        ),
        "promo": _ask(
            select(Promo.id, Product.name)
            .join(Product, Product.id == Promo.product_id)
            .where(Promo.id.in_(wanted["promo"]))
        ),
    }
    return found | {field: found[kind] for field, kind in FIELDS.items()}


def _ids_in(events: Sequence[AuditEvent]) -> dict[str, list[int]]:
    ids: dict[str, set[int]] = defaultdict(set)
    for event in events:
        if event.store_id is not None:
            ids["store"].add(event.store_id)
        if event.subject_id is not None and event.subject_id.isdecimal():
            ids[event.subject_kind].add(int(event.subject_id[:18]))
        for values in (event.before, event.after):
            for field, kind in FIELDS.items():
                ids[kind].update(_numbers(values.get(field)))
    return defaultdict(list, {kind: sorted(each)[:MOST_NAMED] for kind, each in ids.items()})


def _numbers(value: Any) -> list[int]:
    listed = value if isinstance(value, list) else [value]
    return [each for each in listed if type(each) is int]


def _ask(question: Any) -> dict[int, str]:
    return {row[0]: row[1] for row in session().execute(question)}

"""What the audit log is told of a promo: its terms and its state, in its store's timeline."""

from dataclasses import asdict
from typing import Any

from flashpromo import audit
from flashpromo.audit.writing import Values
from flashpromo.promos.models import Promo
from flashpromo.promos.states import State
from flashpromo.promos.terms import Terms


def record(
    action: str, promo: Promo, *, before: Values | None = None, after: Values | None = None
) -> None:
    """Note a change of a promo, see `audit.record`."""
    store_id = promo.product.store_id
    audit.record(action, "promo", promo.id, store_id=store_id, before=before, after=after)


def record_step(action: str, promo: Promo, before: State, after: State) -> None:
    """Note that a promo went from one state to another; nothing when it did not."""
    record(action, promo, before={"state": before}, after={"state": after})


def told(terms: Terms) -> dict[str, Any]:
    """Terms by name; kilometres as the API writes them."""
    return asdict(terms) | {"max_distance_km": float(terms.max_distance_km)}

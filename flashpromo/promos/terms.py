"""The terms of a promo as a merchant states them, and what makes them valid."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import datetime
from decimal import Decimal
from typing import Any, Self

from flashpromo.errors import InvalidFields
from flashpromo.promos.models import MAX_DISTANCE_KM, MAX_QUANTITY, Promo


@dataclass(frozen=True)
class Terms:
    """What is sold, at which price, when, to whom, how far, how many times.

    Prices are decimals with two places, times are aware, `max_distance_km` has at most six places.
    """

    product_id: int
    promo_price: Decimal
    start_time: datetime
    end_time: datetime
    segment_ids: tuple[int, ...]
    max_distance_km: Decimal = Decimal(2)
    quantity: int = 1

    @classmethod
    def of(cls, promo: Promo) -> Self:
        """The present terms of a stored promo."""
        values = {field.name: getattr(promo, field.name) for field in fields(cls)}
        return cls(**values | {"segment_ids": tuple(promo.segment_ids)})

    def changed(self, changes: Mapping[str, Any]) -> Self:
        """These terms with some values replaced; names that are no terms are an error."""
        return replace(self, **changes)

    def check(self, regular_price: Decimal) -> None:
        """Refuse terms that no promo may have.

        Raises:
            InvalidFields: naming every wrong field.
        """
        wrong: dict[str, str] = {}
        if not self.promo_price > 0:
            wrong["promo_price"] = "Must be above 0."
        elif not self.promo_price < regular_price:
            wrong["promo_price"] = f"Must be below the regular price of {regular_price}."
        if not self.start_time < self.end_time:
            wrong["end_time"] = "Must be after start_time."
        if not self.segment_ids:
            wrong["segment_ids"] = "At least one segment is needed."
        if not 0 < self.max_distance_km <= MAX_DISTANCE_KM:
            wrong["max_distance_km"] = f"Must be above 0 and at most {MAX_DISTANCE_KM}."
        if not 1 <= self.quantity <= MAX_QUANTITY:
            wrong["quantity"] = f"Must be from 1 to {MAX_QUANTITY:,}."
        if wrong:
            raise InvalidFields(wrong)


def check_together(offers: Sequence[Terms]) -> None:
    """Refuse promos that are made at once and have more units than a single one may.

    Raises:
        InvalidFields: naming `quantity`.
    """
    total = sum(terms.quantity for terms in offers)
    if total > MAX_QUANTITY:
        said = (
            f"All {len(offers)} promos together have {total:,} units, more than {MAX_QUANTITY:,}."
        )
        raise InvalidFields({"quantity": said})

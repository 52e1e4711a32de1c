"""The form of a store: what was typed stays as it was typed, until it can be understood."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Self

from flashpromo import config
from flashpromo.console import access
from flashpromo.errors import PreconditionFailed
from flashpromo.fields import exact_number
from flashpromo.market.models import Store
from flashpromo.market.stores import StoreChanges


@dataclass(frozen=True)
class StoreForm:
    """The texts of its fields; `seen` says which version of the store was opened."""

    name: str = ""
    latitude: str = ""
    longitude: str = ""
    time_zone: str = ""
    currency: str = ""
    seen: str = ""

    @classmethod
    def blank(cls) -> Self:
        """A new one: the clock and the money of the store at hand, else the marketplace's."""
        near, settings = access.store(), config.current()
        return cls(
            time_zone=near.time_zone if near else settings.marketplace_time_zone,
            currency=near.currency if near else settings.marketplace_currency,
        )

    @classmethod
    def of(cls, store: Store) -> Self:
        """A stored one as it stands."""
        shown = {field.name: str(getattr(store, field.name, "")) for field in fields(cls)}
        return cls(**shown | {"seen": store.updated_at.isoformat()})

    @classmethod
    def sent(cls, values: Mapping[str, str]) -> Self:
        """What was typed, as it was typed."""
        return cls(**{field.name: values.get(field.name, "") for field in fields(cls)})

    def values(self) -> StoreChanges:
        """What it says of the store; a place that is no number is no place for the domain."""
        return StoreChanges(
            name=self.name,
            latitude=_degrees(self.latitude),
            longitude=_degrees(self.longitude),
            time_zone=self.time_zone,
            currency=self.currency,
        )

    def version(self) -> datetime:
        """The version that was opened; raises `PreconditionFailed` when it says none."""
        try:
            return datetime.fromisoformat(self.seen)
        except ValueError as error:
            raise PreconditionFailed from error


def _degrees(typed: str) -> float:
    number = exact_number(typed.strip())
    return float("nan") if number.is_nan() else float(number)

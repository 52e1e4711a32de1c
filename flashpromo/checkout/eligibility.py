"""Whether a promo reaches a client: one look, remembered for seconds."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, select

from flashpromo import cache, config
from flashpromo.audience import reach
from flashpromo.audience.models import Client
from flashpromo.checkout.errors import NotEligible
from flashpromo.db import session
from flashpromo.promos.models import Promo


@dataclass(frozen=True)
class Reach:
    """How one client stands to one promo; `failing` names the parts of *reach* that do not hold."""

    failing: list[str]
    distance_m: float | None
    located_at: datetime | None

    def demand(self) -> None:
        """Refuse a client that the promo does not reach.

        Raises:
            NotEligible: with the reasons.
        """
        if self.failing:
            raise NotEligible(self.failing, self.distance_m)


def look(client_id: int, promo_id: int, now: datetime) -> Reach:
    """Evaluate every part of *reach* for one client and one promo."""
    parts = reach.reach_parts(Client, Promo, reach.at(now))
    row = (
        session()
        .execute(
            select(
                reach.distance_m(Client, Promo).label("distance"),
                Client.located_at,
                *(part.label(name) for name, part in parts.items()),
            )
            .select_from(Client)
            .join(Promo, and_(Promo.id == promo_id, Client.id == client_id))
        )
        .one()
    )
    failing = reach.reasons({name: bool(getattr(row, name)) for name in parts})
    return Reach(failing, row.distance, row.located_at)


def known(client_id: int, promo_id: int) -> cache.Reading:
    """What is remembered of this client's eligibility; a value means that it was eligible."""
    return cache.look_up(*wanted(client_id, promo_id))


def wanted(client_id: int, promo_id: int) -> tuple[str, tuple[str, ...]]:
    """Under which key that is remembered, and the stamps that it depends on."""
    stamps = (cache.TERMS, cache.client_stamp(client_id))
    return f"eligible:{client_id}:{promo_id}", stamps


def remember(reading: cache.Reading, found: Reach, now: datetime) -> None:
    """Remember that the client was eligible when `reading` was taken, while its fix is young."""
    if found.located_at is None or found.failing:
        return
    fresh = (found.located_at + reach.location_age_limit() - now).total_seconds()
    cache.remember(reading, b"1", min(fresh, config.current().cached_list_seconds))

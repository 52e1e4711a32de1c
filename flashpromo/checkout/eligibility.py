"""Whether a promo reaches a client, and on what terms: one look, remembered for seconds."""

from dataclasses import dataclass
from datetime import datetime
from functools import cache as kept
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, and_, bindparam, select
from sqlalchemy.dialects.postgresql import TIMESTAMP

from flashpromo import cache, config
from flashpromo.audience import reach
from flashpromo.audience.models import Client, Segment
from flashpromo.checkout.errors import NotEligible
from flashpromo.db import session
from flashpromo.errors import NotFound
from flashpromo.promos import offered
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


@dataclass(frozen=True)
class Offer:
    """A promo with its product, store, run and segments, and how one client stands to it."""

    promo: Promo
    segments: list[Segment]
    reach: Reach


def look(client_id: int, promo_id: int, now: datetime) -> Reach:
    """Evaluate every part of *reach* for one client and one promo."""
    facts = select(*_facts(reach.at(now))).select_from(Client)
    promo = and_(Promo.id == promo_id, Client.id == client_id)
    return _reach(session().execute(facts.join(Promo, promo)).one())


def offer(client_id: int, promo_id: int, now: datetime) -> Offer:
    """The same with all that the client is shown of the promo; one query.

    Raises:
        NotFound: no such client, or no such promo, or it is deleted.
    """
    rows = (
        session()
        .execute(
            _offered(config.current().max_location_age_days),
            {"client_id": client_id, "promo_id": promo_id, "now": now},
        )
        .all()
    )
    if not rows:
        raise NotFound
    (found,) = offered.gathered(rows)
    return Offer(found.promo, found.segments, _reach(rows[0]))


@kept
def _offered(_location_age_days: float) -> Select[Any]:
    """The query of `offer`, written once for each limit: to write it takes as long as to ask it."""
    return (
        offered.whole()
        .add_columns(*_facts(bindparam("now", type_=TIMESTAMP(timezone=True))))
        .join(Client, Client.id == bindparam("client_id"))
        .where(Promo.id == bindparam("promo_id"), Promo.deleted_at.is_(None))
    )


def _facts(now: ColumnElement[datetime]) -> list[ColumnElement[Any]]:
    parts = reach.reach_parts(Client, Promo, now)
    return [
        reach.distance_m(Client, Promo).label("distance"),
        Client.located_at.label("located_at"),
        *(part.label(name) for name, part in parts.items()),
    ]


def _reach(row: Row[Any]) -> Reach:
    failing = reach.reasons({name: bool(getattr(row, name)) for name in reach.PARTS})
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

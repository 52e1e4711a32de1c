"""Everything that is kept of one client, for the client itself; secrets are left out."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, select

from flashpromo.accounts.models import AuthToken, SignIn
from flashpromo.audience import fixes, profiles
from flashpromo.audience.fixes import Location
from flashpromo.audience.models import ClientFix
from flashpromo.audience.profiles import Profile
from flashpromo.checkout.models import Purchase, Reservation
from flashpromo.db import session
from flashpromo.idempotency.models import KeptAnswer
from flashpromo.notify.models import Delivery, Notification
from flashpromo.promos import queries
from flashpromo.promos.models import Promo


@dataclass(frozen=True)
class OwnData:
    """The rows of one client, oldest first, and the promos that they speak of."""

    profile: Profile
    location: Location
    last_fix: ClientFix | None
    tokens: Sequence[AuthToken]
    notifications: Sequence[Notification]
    deliveries: Sequence[Delivery]
    reservations: Sequence[Reservation]
    purchases: Sequence[Purchase]
    kept_answers: Sequence[KeptAnswer]
    promos: dict[int, Promo]


def gather(client_id: int, now: datetime) -> OwnData:
    """All that is kept of the client; raises `NotFound`. A constant number of queries."""
    told = _all(select(Notification), Notification.client_id == client_id, Notification.local_day)
    reserved = _all(select(Reservation), Reservation.client_id == client_id, Reservation.id)
    return OwnData(
        profile=profiles.get(client_id),
        location=fixes.locate(client_id, now),
        last_fix=fixes.last_fix(client_id),
        tokens=_all(select(AuthToken), _held(client_id), AuthToken.created_at, AuthToken.id),
        notifications=told,
        deliveries=_all(
            select(Delivery), Delivery.client_id == client_id, Delivery.local_day, Delivery.channel
        ),
        reservations=reserved,
        purchases=_all(
            select(Purchase), _bought(client_id), Purchase.purchased_at, Purchase.reservation_id
        ),
        kept_answers=_all(
            select(KeptAnswer),
            KeptAnswer.owner == f"client:{client_id}",
            KeptAnswer.created_at,
            KeptAnswer.key,
        ),
        promos=queries.by_id({each.promo_id for each in (*told, *reserved)}),
    )


def _held(client_id: int) -> Any:
    """Tokens are found by the name of their owner: by the client they have no index."""
    names = select(SignIn.username).where(SignIn.client_id == client_id)
    return (AuthToken.client_id == client_id) & AuthToken.username.in_(names)


def _bought(client_id: int) -> Any:
    """Purchases are found by the reservations, which have an index on their client."""
    reserved = select(Reservation.promo_id).where(Reservation.client_id == client_id)
    return (Purchase.client_id == client_id) & Purchase.promo_id.in_(reserved)


def _all(query: Select[Any], own: Any, *order: Any) -> Sequence[Any]:
    fresh = query.where(own).order_by(*order).execution_options(populate_existing=True)
    return session().scalars(fresh).all()

"""Reading reservations: a client's own, newest first."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import ColumnElement, bindparam, func, select

from flashpromo.checkout.models import Reservation
from flashpromo.db import app_now, session
from flashpromo.errors import NotFound

OF_CLIENT = Reservation.client_id == bindparam("client_id")
BY_ID = select(Reservation).where(Reservation.id == bindparam("key"), OF_CLIENT)
BY_UUID = select(Reservation).where(Reservation.reservation_id == bindparam("key"), OF_CLIENT)


class ReservationState(StrEnum):
    """held → completed, or released, or expired; derived, never stored."""

    HELD = "held"
    COMPLETED = "completed"
    RELEASED = "released"
    EXPIRED = "expired"


def state_at(reservation: Reservation, now: datetime) -> ReservationState:
    """The state of a reservation at `now`."""
    if reservation.completed_at is not None:
        return ReservationState.COMPLETED
    if reservation.released_at is not None:
        return ReservationState.RELEASED
    live = reservation.expires_at > now
    return ReservationState.HELD if live else ReservationState.EXPIRED


def get(client_id: int, key: int | UUID) -> Reservation:
    """One of the client's reservations, by its `id` or `reservation_id`.

    Raises:
        NotFound: no such reservation of this client.
    """
    one = BY_UUID if isinstance(key, UUID) else BY_ID
    found = session().scalar(one, {"key": key, "client_id": client_id})
    if found is None:
        raise NotFound
    return found


def state_is(state: ReservationState, now: datetime) -> ColumnElement[bool]:
    """The same rule as `state_at`, as a predicate."""
    open_hold = Reservation.completed_at.is_(None) & Reservation.released_at.is_(None)
    return {
        ReservationState.COMPLETED: Reservation.completed_at.is_not(None),
        ReservationState.RELEASED: (
            Reservation.completed_at.is_(None) & Reservation.released_at.is_not(None)
        ),
        ReservationState.HELD: open_hold & (Reservation.expires_at > now),
        ReservationState.EXPIRED: open_hold & (Reservation.expires_at <= now),
    }[state]


def page(
    client_id: int,
    *,
    state: ReservationState | None = None,
    promo_id: int | None = None,
    offset: int = 0,
    limit: int = 10,
) -> tuple[int, list[Reservation]]:
    """A page of the client's reservations, newest first, and how many there are: two queries.

    Args:
        client_id: whose.
        state: only those that are in this state now.
        promo_id: only those of this promo.
        offset: how many to leave out.
        limit: how many to show.
    """
    own = Reservation.client_id == client_id
    if state is not None:
        own &= state_is(state, app_now())
    if promo_id is not None:
        own &= Reservation.promo_id == promo_id
    count = session().scalar(select(func.count()).select_from(Reservation).where(own))
    rows = (
        select(Reservation)
        .where(own)
        .order_by(Reservation.created_at.desc(), Reservation.id.desc())
        .offset(offset)
        .limit(limit)
    )
    return count or 0, list(session().scalars(rows))

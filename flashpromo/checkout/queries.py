"""Reading reservations: a client's own, newest first."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import func, select

from flashpromo.checkout.models import Reservation
from flashpromo.db import session


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


def page(client_id: int, *, offset: int = 0, limit: int = 10) -> tuple[int, list[Reservation]]:
    """A page of the client's reservations and how many there are: two queries."""
    own = Reservation.client_id == client_id
    count = session().scalar(select(func.count()).select_from(Reservation).where(own))
    rows = (
        select(Reservation)
        .where(own)
        .order_by(Reservation.created_at.desc(), Reservation.id.desc())
        .offset(offset)
        .limit(limit)
    )
    return count or 0, list(session().scalars(rows))

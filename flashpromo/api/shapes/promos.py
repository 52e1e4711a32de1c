"""Promos and reservations."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Annotated, ClassVar, Self
from uuid import UUID

from pydantic import PlainSerializer, WithJsonSchema

from flashpromo.api.shapes.audience import SegmentOut
from flashpromo.api.shapes.base import Given, Shown, page_of, partial
from flashpromo.api.shapes.market import ProductOut
from flashpromo.api.values import (
    Flag,
    Id,
    Ids,
    Kilometres,
    Moment,
    Money,
    Price,
    Quantity,
    ShownMoment,
)
from flashpromo.audience.models import Segment
from flashpromo.checkout.models import Reservation
from flashpromo.checkout.queries import ReservationState
from flashpromo.checkout.queries import state_at as reservation_state_at
from flashpromo.promos.models import Promo
from flashpromo.promos.states import LIVE, State, state_at

ShownKilometres = Annotated[
    Decimal,
    PlainSerializer(float, return_type=float),
    WithJsonSchema({"type": "number", "exclusiveMinimum": 0, "maximum": 50, "examples": [2.0]}),
]


class TermsIn(Given):
    """The terms of a promo."""

    write_as: ClassVar = {"product": "product_id", "segments": "segment_ids"}

    product_id: Id
    promo_price: Price
    start_time: Moment
    end_time: Moment
    segment_ids: Ids
    max_distance_km: Kilometres = Decimal(2)
    quantity: Quantity = 1


class PromoIn(TermsIn):
    """A promo. `is_active` publishes it, or withdraws it."""

    is_active: Flag = False


class PromoOut(Shown):
    """A promo as it is shown; `state` and `is_active` are derived from it and the time."""

    id: int
    product: ProductOut
    promo_price: Money
    regular_price: Money
    start_time: ShownMoment
    end_time: ShownMoment
    segments: list[SegmentOut]
    max_distance_km: ShownKilometres
    is_active: bool
    quantity: int
    state: State
    created_at: ShownMoment
    updated_at: ShownMoment

    @classmethod
    def of_promo(cls, promo: Promo, segments: Sequence[Segment], now: datetime) -> Self:
        """The document of a promo as it stands at `now`."""
        state = state_at(promo, now)
        return cls(
            id=promo.id,
            product=ProductOut.of(promo.product),
            promo_price=promo.promo_price,
            regular_price=promo.regular_price,
            start_time=promo.start_time,
            end_time=promo.end_time,
            segments=[SegmentOut.of(segment) for segment in segments],
            max_distance_km=promo.max_distance_km,
            is_active=state in LIVE,
            quantity=promo.quantity,
            state=state,
            created_at=promo.created_at,
            updated_at=promo.updated_at,
        )


class ReservationIn(Given):
    """Which promo to reserve."""

    promo_id: Id


class ReservationOut(Shown):
    """A reservation as its client sees it."""

    id: int
    promo: PromoOut
    reservation_id: UUID
    price: Money
    created_at: ShownMoment
    expires_at: ShownMoment
    completed: bool
    state: ReservationState

    @classmethod
    def of_reservation(cls, reservation: Reservation, promo: PromoOut, now: datetime) -> Self:
        """The document of a reservation as it stands at `now`."""
        return cls(
            id=reservation.id,
            promo=promo,
            reservation_id=reservation.reservation_id,
            price=reservation.price,
            created_at=reservation.created_at,
            expires_at=reservation.expires_at,
            completed=reservation.completed_at is not None,
            state=reservation_state_at(reservation, now),
        )


PromoPatch = partial(PromoIn)
PromoPage, ReservationPage = page_of(PromoOut), page_of(ReservationOut)

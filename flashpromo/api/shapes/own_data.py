"""Everything that is kept of a client, as the client gets it."""

from datetime import date
from typing import Self
from uuid import UUID

from flashpromo.api.shapes.accounts import TokenKept
from flashpromo.api.shapes.audience import ClientOut
from flashpromo.api.shapes.base import Shown
from flashpromo.api.shapes.me import LocationOut
from flashpromo.api.values import Money, ShownMoment
from flashpromo.notify.models import Delivery, Notification
from flashpromo.own_data.export import OwnData


class FixKept(Shown):
    """The last fix that was believed and an older one, the anchor; and why a later one was not."""

    latitude: float | None
    longitude: float | None
    accuracy_m: float | None
    fixed_at: ShownMoment | None
    anchor_latitude: float | None
    anchor_longitude: float | None
    anchor_accuracy_m: float | None
    anchored_at: ShownMoment | None
    refused_as: str | None
    refused_at: ShownMoment | None


class DeliveryKept(Shown):
    """The way of a notification over one channel, and what came of it."""

    channel: str
    state: str
    attempts: int
    reason: str | None
    next_attempt_at: ShownMoment
    finished_at: ShownMoment | None


class NotificationKept(Shown):
    """What the client was told on a day, and what decided it."""

    id: date
    promo_id: int
    created_at: ShownMoment
    distance_m: float
    segment_id: int
    located_at: ShownMoment
    read_at: ShownMoment | None
    deliveries: list[DeliveryKept]

    @classmethod
    def of_rows(cls, told: Notification, deliveries: list[Delivery]) -> Self:
        """The document of a notification and its deliveries."""
        return cls(
            id=told.local_day,
            promo_id=told.promo_id,
            created_at=told.created_at,
            distance_m=told.distance_m,
            segment_id=told.segment_id,
            located_at=told.located_at,
            read_at=told.opened_at,
            deliveries=[
                DeliveryKept.of(each) for each in deliveries if each.local_day == told.local_day
            ],
        )


class ReservationKept(Shown):
    """A hold of one unit, and how it ended."""

    id: int
    reservation_id: UUID
    promo_id: int
    unit_no: int
    price: Money
    created_at: ShownMoment
    expires_at: ShownMoment
    completed_at: ShownMoment | None
    released_at: ShownMoment | None
    release_reason: str | None


class PurchaseKept(Shown):
    """A unit that the client bought."""

    promo_id: int
    unit_no: int
    reservation_id: UUID
    price: Money
    purchased_at: ShownMoment


class AnswerKept(Shown):
    """An answer that is kept for a request with an `Idempotency-Key`."""

    key: str
    status: int
    created_at: ShownMoment


class PromoNamed(Shown):
    """What a promo that is spoken of was about."""

    id: int
    product: str
    store: str
    promo_price: Money
    regular_price: Money


class OwnDataOut(Shown):
    """Everything that is kept of a client."""

    profile: ClientOut
    created_at: ShownMoment
    updated_at: ShownMoment
    sign_in_since: ShownMoment | None
    location: LocationOut
    last_fix: FixKept | None
    tokens: list[TokenKept]
    notifications: list[NotificationKept]
    reservations: list[ReservationKept]
    purchases: list[PurchaseKept]
    kept_answers: list[AnswerKept]
    promos: list[PromoNamed]

    @classmethod
    def of_data(cls, data: OwnData, profile: ClientOut) -> Self:
        """The document of all that was gathered."""
        client, sign_in = data.profile.client, data.profile.sign_in
        return cls(
            profile=profile,
            created_at=client.created_at,
            updated_at=client.updated_at,
            sign_in_since=sign_in.created_at if sign_in else None,
            location=LocationOut.of_location(data.location),
            last_fix=FixKept.of(data.last_fix) if data.last_fix else None,
            tokens=[TokenKept.of(each) for each in data.tokens],
            notifications=[
                NotificationKept.of_rows(each, [*data.deliveries]) for each in data.notifications
            ],
            reservations=[ReservationKept.of(each) for each in data.reservations],
            purchases=[PurchaseKept.of(each) for each in data.purchases],
            kept_answers=[AnswerKept.of(each) for each in data.kept_answers],
            promos=[
                PromoNamed(
                    id=promo.id,
                    product=promo.product.name,
                    store=promo.product.store.name,
                    promo_price=promo.promo_price,
                    regular_price=promo.regular_price,
                )
                for _, promo in sorted(data.promos.items())
            ],
        )

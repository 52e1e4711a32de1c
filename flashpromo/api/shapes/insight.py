"""What a promo would reach, what came of it, and how it stands with one client."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Annotated, ClassVar, Self

from pydantic import BaseModel, BeforeValidator, Field

from flashpromo.api.paging import whole_in_query
from flashpromo.api.shapes.base import Given, Shown
from flashpromo.api.shapes.promos import ShownKilometres
from flashpromo.api.values import BIGGEST_ID, Id, Ids, Kilometres, ShownMoment
from flashpromo.insight import Account, Funnel, Preview
from flashpromo.notify.outcomes import Notice


class PreviewIn(Given):
    """The terms of a promo that need not be written yet: `product_id`, or else `store_id`."""

    write_as: ClassVar = {"product": "product_id", "store": "store_id", "segments": "segment_ids"}

    product_id: Id | None = None
    store_id: Id | None = None
    segment_ids: Ids
    max_distance_km: Kilometres = Decimal(2)


class Excluded(Shown):
    """Clients in range who would not be told, each under the first reason that holds for it."""

    location_too_old: int
    not_in_segments: int
    opted_out: int
    already_notified_today: int


class PreviewOut(Shown):
    """How many clients an activation would tell now. Counts only; the parts make up `in_range`.

    Operators are answered exactly. For everybody else each part is a multiple of `rounded_to`, up
    or down; a group of fewer than `minimum`, or hardly more, reads 0; and `max_distance_km` says
    which radius was counted, the asked one in steps of 0.1 km.
    """

    audience: int
    in_range: int
    excluded: Excluded
    max_distance_km: ShownKilometres
    exact: bool
    rounded_to: int
    minimum: int

    @classmethod
    def of_preview(cls, preview: Preview) -> Self:
        """The document of a preview."""
        counts = preview.counts
        return cls(
            audience=preview.audience,
            in_range=counts.whole,
            excluded=Excluded(**preview.excluded),
            max_distance_km=preview.asked.max_distance_km,
            exact=counts.is_exact,
            rounded_to=counts.rounded_to,
            minimum=counts.minimum,
        )


class FunnelOut(Shown):
    """What came of a promo, from whom it reached to what was sold.

    `audience` is whom the activation reached, told or not, and null until that is counted. Every
    hold counts in `reserved`, and then in one of `held` (live), `released`, `lapsed` (its minute
    ran out) and `sold`. `tried_while_held` counts refusals because every unit was held, a second or
    two late.

    Operators are answered exactly. For everybody else `audience` is rough, and for a promo of less
    than 1 km `notified`, `opened` and `tried_while_held` are as well, each by itself: a multiple of
    `rounded_to`, up or down, and 0 for fewer than `minimum` or hardly more. `rough` names them.
    """

    promo_id: int
    audience: int | None
    notified: int
    opened: int
    reserved: int
    held: int
    released: int
    lapsed: int
    sold: int
    tried_while_held: int
    rough: list[str]
    rounded_to: int
    minimum: int
    activated_at: ShownMoment | None
    lateness_seconds: float | None

    @classmethod
    def of_funnel(cls, funnel: Funnel) -> Self:
        """The document of a funnel."""
        return cls(
            promo_id=funnel.promo_id,
            audience=funnel.audience,
            notified=funnel.notified,
            opened=funnel.opened,
            reserved=funnel.holds.reserved,
            held=funnel.holds.held,
            released=funnel.holds.released,
            lapsed=funnel.holds.lapsed,
            sold=funnel.holds.sold,
            tried_while_held=funnel.tried_while_held,
            rough=list(funnel.rough),
            rounded_to=funnel.rounded_to,
            minimum=funnel.minimum,
            activated_at=funnel.activated_at,
            lateness_seconds=funnel.lateness_seconds,
        )


class ExplainQuery(BaseModel):
    """Which client: exactly one of the three."""

    client_id: Annotated[
        int | None, Field(ge=1, le=BIGGEST_ID), BeforeValidator(whole_in_query)
    ] = None
    external_id: Annotated[str | None, Field(pattern=r"^[^\x00]{1,200}$")] = None
    username: Annotated[str | None, Field(pattern=r"^[A-Za-z0-9._-]{1,150}$")] = None


class PartOut(Shown):
    """One part of *reach* or *notifiable*, by the name of its refusal, and whether it holds."""

    reason: str
    passed: bool


class DeliveryOut(Shown):
    """The way of a notification over one channel, and what came of it."""

    channel: str
    state: str
    reason: str | None
    attempts: int
    next_attempt_at: ShownMoment
    finished_at: ShownMoment | None


class NoticeOut(Shown):
    """A notification that the client was given, by this promo or by the one that took its day."""

    promo_id: int
    local_day: date
    created_at: ShownMoment
    distance_m: float
    segment_id: int
    opened_at: ShownMoment | None
    deliveries: list[DeliveryOut]

    @classmethod
    def of_notice(cls, notice: Notice) -> Self:
        """The document of a notification with its deliveries."""
        told = notice.told
        return cls(
            promo_id=told.promo_id,
            local_day=told.local_day,
            created_at=told.created_at,
            distance_m=told.distance_m,
            segment_id=told.segment_id,
            opened_at=told.opened_at,
            deliveries=[DeliveryOut.of(each) for each in notice.deliveries],
        )


class ExplainOut(Shown):
    """How one client stands to one promo now, part by part, and what it was told.

    `reached` decides who sees and may reserve it, `notifiable` whom an activation would tell.
    `notifications` holds what this promo told the client, and what any promo told it on its present
    local day.
    """

    client_id: int
    promo_id: int
    distance_m: float | None
    radius_m: float
    located_at: ShownMoment | None
    reached: bool
    notifiable: bool
    reasons: list[str]
    parts: list[PartOut]
    notified: bool
    notifications: list[NoticeOut]

    @classmethod
    def of_account(cls, account: Account) -> Self:
        """The document of an explanation."""
        found = account.explanation
        return cls(
            client_id=found.client_id,
            promo_id=found.promo_id,
            distance_m=found.distance_m,
            radius_m=found.radius_m,
            located_at=found.located_at,
            reached=found.reached,
            notifiable=found.notifiable,
            reasons=found.reasons,
            parts=_parts(found.parts),
            notified=any(each.told.promo_id == found.promo_id for each in account.notices),
            notifications=[NoticeOut.of_notice(each) for each in account.notices],
        )


def _parts(parts: Mapping[str, bool]) -> list[PartOut]:
    return [PartOut(reason=reason, passed=passed) for reason, passed in parts.items()]

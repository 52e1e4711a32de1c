"""The inbox: what a client was told."""

from collections.abc import Mapping
from datetime import date
from typing import Annotated, ClassVar, Self

from pydantic import BaseModel, BeforeValidator
from pydantic_core import PydanticCustomError

from flashpromo.api.paging import ListQuery
from flashpromo.api.shapes.audience import SegmentOut
from flashpromo.api.shapes.base import Page, Shown
from flashpromo.api.shapes.promos import PromoOut
from flashpromo.api.values import ShownMoment
from flashpromo.audience.models import Segment
from flashpromo.notify.models import Notification


def truth_in_query(value: object) -> bool:
    """A truth value from a query, which is text there."""
    if isinstance(value, bool):
        return value
    if value not in {"true", "false"}:
        raise PydanticCustomError("truth", "Must be true or false.")
    return value == "true"


class MessageOut(Shown):
    """What a client was told on a day, its `id`.

    `promo` is as it stands now; `segment` the one that it was offered to, null when that is no
    more; `distance_m` how far off the store was.
    """

    id: date
    promo: PromoOut
    created_at: ShownMoment
    distance_m: float
    segment: SegmentOut | None
    read_at: ShownMoment | None

    @classmethod
    def of_notification(
        cls, told: Notification, promos: Mapping[int, PromoOut], segments: Mapping[int, Segment]
    ) -> Self:
        """The document of a notification, with the promos and segments that are spoken of."""
        segment = segments.get(told.segment_id)
        return cls(
            id=told.local_day,
            promo=promos[told.promo_id],
            created_at=told.created_at,
            distance_m=round(told.distance_m, 1),
            segment=SegmentOut.of(segment) if segment else None,
            read_at=told.opened_at,
        )


class InboxQuery(ListQuery):
    """Which messages: with `unread=true` only those that were not read yet."""

    shown: ClassVar[type[BaseModel]] = MessageOut

    unread: Annotated[bool, BeforeValidator(truth_in_query)] = False


class InboxPage(Page):
    """A page of messages, and how many of all messages are unread."""

    unread: int
    results: list[MessageOut]


class ReadOut(Shown):
    """How many messages were marked as read, and how many are unread still."""

    marked: int
    unread: int

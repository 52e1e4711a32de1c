"""What may be asked of lists and of single documents: filters, order, fields."""

import re
from datetime import datetime
from typing import Annotated, Any, ClassVar, Final

from pydantic import BaseModel, BeforeValidator, Field, StringConstraints, WithJsonSchema
from pydantic_core import PydanticCustomError

from flashpromo.api.fields import FieldsQuery
from flashpromo.api.paging import FilterQuery, ListQuery, whole_in_query
from flashpromo.api.shapes.accounts import HeldOut
from flashpromo.api.shapes.audience import ClientOut, SegmentOut
from flashpromo.api.shapes.bulk import SegmentMemberOut
from flashpromo.api.shapes.market import ProductOut, StoreOut
from flashpromo.api.shapes.members import MemberOut
from flashpromo.api.shapes.promos import PromoOut, ReservationOut
from flashpromo.api.values import BIGGEST_ID, moment
from flashpromo.audience.segments import BIGGEST_ID as BIGGEST_SEGMENT_ID
from flashpromo.checkout.queries import ReservationState
from flashpromo.promos.listing import NEWEST_FIRST, ORDERS, Wanted
from flashpromo.promos.states import State

LOST_PLUS: Final = re.compile(r"(?<=[:.0-9]\d) (?=\d\d(:?\d\d)?$)")
ONE_STATE: Final = f"({'|'.join(State)})"


def moment_in_query(value: object) -> datetime:
    """An instant from a query, where the plus of an offset that was not escaped is a blank."""
    return moment(LOST_PLUS.sub("+", value) if isinstance(value, str) else value)


def several(value: object) -> object:
    """`a,b` as its parts."""
    return [part.strip() for part in value.split(",")] if isinstance(value, str) else value


def flag_in_query(value: object) -> bool:
    """True or false as a query writes them."""
    if value not in {"true", "false"}:
        raise PydanticCustomError("flag", "Must be true or false.")
    return value == "true"


def _about(description: str, **schema: Any) -> Any:
    return WithJsonSchema({"type": "string", "description": description, **schema})


def _id(description: str, biggest: int = BIGGEST_ID) -> Any:
    return Field(default=None, ge=1, le=biggest, description=description)


def _moment(description: str) -> Any:
    return _about(description, format="date-time")


Whole = Annotated[int | None, BeforeValidator(whole_in_query)]
Instant = Annotated[datetime | None, BeforeValidator(moment_in_query)]
Words = Annotated[
    str | None,
    StringConstraints(min_length=1, max_length=100, pattern="^[^\\x00-\\x1f]*$"),
    Field(description="Part of the name, in any case."),
]
OutsideId = Annotated[
    str | None,
    StringConstraints(min_length=1, max_length=200, pattern="^[^\\x00-\\x1f]*$"),
    Field(description="The id that the marketplace itself knows it by."),
]


class StoreFields(FieldsQuery):
    """Which fields of a store."""

    shown: ClassVar[type[BaseModel]] = StoreOut


class StoreQuery(FilterQuery, StoreFields):
    """Which stores."""

    q: Words = None


class ProductFields(FieldsQuery):
    """Which fields of a product."""

    shown: ClassVar[type[BaseModel]] = ProductOut


class ProductQuery(FilterQuery, ProductFields):
    """Which products."""

    store: Whole = _id("Of this store.")
    external_id: OutsideId = None
    q: Words = None


class SegmentFields(FieldsQuery):
    """Which fields of a segment."""

    shown: ClassVar[type[BaseModel]] = SegmentOut


class SegmentQuery(FilterQuery, SegmentFields):
    """Which segments."""

    q: Words = None


class HeldQuery(ListQuery):
    """Which page of own tokens, sessions and keys."""

    shown: ClassVar[type[BaseModel]] = HeldOut


class MemberQuery(ListQuery):
    """Which page of the members of a store."""

    shown: ClassVar[type[BaseModel]] = MemberOut


class SegmentMemberQuery(ListQuery):
    """Which page of the clients of a segment."""

    shown: ClassVar[type[BaseModel]] = SegmentMemberOut


class ClientFields(FieldsQuery):
    """Which fields of a client."""

    shown: ClassVar[type[BaseModel]] = ClientOut


class ClientQuery(FilterQuery, ClientFields):
    """Which clients."""

    external_id: OutsideId = None
    username: Annotated[str | None, StringConstraints(min_length=1, max_length=150)] = None


class ReservationFields(FieldsQuery):
    """Which fields of a reservation."""

    shown: ClassVar[type[BaseModel]] = ReservationOut


class ReservationQuery(FilterQuery, ReservationFields):
    """Which of the own reservations."""

    state: ReservationState | None = None
    promo: Whole = _id("Of this promo.")


class PromoFields(FieldsQuery):
    """Which fields of a promo."""

    shown: ClassVar[type[BaseModel]] = PromoOut


class PromoPageQuery(ListQuery, PromoFields):
    """Which page of promos that are shown without any filter."""


class PromoQuery(FilterQuery, PromoFields):
    """Which promos, and in which order."""

    state: Annotated[
        list[State],
        BeforeValidator(several),
        _about(
            "In one of these states, separated by commas.", pattern=f"^{ONE_STATE}(,{ONE_STATE})*$"
        ),
    ] = Field(default_factory=list)
    is_active: Annotated[
        bool | None,
        BeforeValidator(flag_in_query),
        Field(description="Published, and neither sold out, ended nor cancelled."),
    ] = None
    store: Whole = _id("Of a product of this store.")
    product_id: Whole = _id("Of this product.")
    segment: Whole = _id("Offered to this segment.", BIGGEST_SEGMENT_ID)
    starts_after: Annotated[Instant, _moment("Starts at this instant or later.")] = None
    starts_before: Annotated[Instant, _moment("Starts before this instant.")] = None
    ends_after: Annotated[Instant, _moment("Ends at this instant or later.")] = None
    ends_before: Annotated[Instant, _moment("Ends before this instant.")] = None
    q: Annotated[Words, Field(description="Part of the name of the product or its store.")] = None
    sort: Annotated[
        str,
        _about("A minus turns the order around; ties follow by id.", enum=list(ORDERS)),
        StringConstraints(pattern=f"^({'|'.join(ORDERS)})$"),
    ] = NEWEST_FIRST

    @property
    def wanted(self) -> Wanted:
        """The filters in the words of the domain."""
        return Wanted(
            states=self.state,
            is_active=self.is_active,
            product_id=self.product_id,
            store_id=self.store,
            segment_id=self.segment,
            starts_after=self.starts_after,
            starts_before=self.starts_before,
            ends_after=self.ends_after,
            ends_before=self.ends_before,
            words=self.q,
        )

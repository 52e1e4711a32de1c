"""Rows of bulks, as they come in, and what is told of them.

The rows are read by the checks of the domain, many thousands a second; these shapes describe them.
"""

from typing import Literal

from pydantic import BaseModel, ConfigDict

from flashpromo.api.shapes.base import Page, Shown, page_of
from flashpromo.api.values import Id, Latitude, Longitude, Moment, Price


class ClientRow(BaseModel):
    """A client by its outside id. What is missing stays as it is, or is the default of a new one.

    `segments` are names and `segment_ids` ids, in CSV separated by semicolons; a row has one of the
    two. Empty ones, an empty place and empty quiet
    hours mean that there are none. The place needs both degrees, quiet hours both times.
    """

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "external_id": "m-1001",
                "latitude": 19.4326,
                "longitude": -99.1332,
                "segments": "New users",
                "opted_in": True,
            }
        }
    )

    external_id: str
    username: str | None = None
    email: str | None = None
    password: str | None = None
    latitude: Latitude | None = None
    longitude: Longitude | None = None
    located_at: Moment | None = None
    segments: str | list[str] | None = None
    segment_ids: str | list[Id] | None = None
    time_zone: str | None = None
    opted_in: bool | None = None
    quiet_from: str | None = None
    quiet_until: str | None = None


class ProductRow(BaseModel):
    """A product by the outside id that its store has for it.

    A new one needs a name and a price; a known one keeps what is missing. `store_id` may be missing
    where the query names a store for all rows.
    """

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "external_id": "sku-1",
                "store_id": 1,
                "name": "Headphones XYZ",
                "regular_price": "999.00",
            }
        }
    )

    external_id: str
    store_id: Id | None = None
    name: str | None = None
    regular_price: Price | None = None


class MemberRow(BaseModel):
    """A client by either of its ids; `member` false takes it out of the segment."""

    model_config = ConfigDict(
        json_schema_extra={"example": {"external_id": "m-1001", "member": True}}
    )

    external_id: str | None = None
    client_id: Id | None = None
    member: bool = True


class RowOut(BaseModel):
    """What became of one line; `errors` only where it was rejected."""

    line: int
    external_id: str | None
    status: Literal["created", "updated", "added", "removed", "unchanged", "rejected"]
    id: int | None
    errors: dict[str, list[str]] = {}


class SegmentMemberOut(Shown):
    """A client of a segment."""

    id: int
    external_id: str | None


SegmentMemberPage: type[Page] = page_of(SegmentMemberOut)

"""Clients and segments.

A client's segments stand in its own row: the audience is found by radius first and filtered by the
array afterwards, which at a million clients is six times faster than a join table. A client's name
in the marketplace's own system stands in `client_external`, so that both tables can be sharded.
"""

from datetime import datetime, time
from typing import Any

from geoalchemy2 import Geography
from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Computed,
    Double,
    Index,
    Integer,
    Text,
    Time,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, TIMESTAMP
from sqlalchemy.orm import Mapped, mapped_column

from flashpromo.audience import samples
from flashpromo.db import REFERENCE, Base, distributed_by

ZONE_KNOWN = "{0} IS NULL OR timezone({0}, timestamptz '2000-01-01 00:00:00+00') IS NOT NULL"


class Segment(Base):
    """A named group of clients, for example *New users*."""

    __tablename__ = "segment"
    __table_args__ = (
        CheckConstraint("length(name) BETWEEN 1 AND 100", name="name_length"),
        Index(
            "uq_segment_name_not_deleted",
            "name",
            unique=True,
            postgresql_where=text("deleted_at IS NULL"),
        ),
        {"info": REFERENCE},
    )

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    name: Mapped[str] = mapped_column(Text)
    description: Mapped[str] = mapped_column(Text, server_default=text("''"))
    updated_at: Mapped[datetime] = mapped_column(
        TIMESTAMP(timezone=True), server_default=text("app_now()")
    )
    deleted_at: Mapped[datetime | None] = mapped_column(TIMESTAMP(timezone=True))


class Client(Base):
    """A shopper. `located_at` is the time of the fix behind latitude and longitude.

    A changed time zone waits in `next_time_zone` until `next_time_zone_from`, the end of the
    client's local day, so that travelling cannot open a second slot on one day; without a zone it
    is the marketplace's that waits. Quiet hours are times of the client's own day, from
    `quiet_from` up to `quiet_until`, over midnight if need be.
    """

    __tablename__ = "client"
    __table_args__ = (
        CheckConstraint("latitude >= -90 AND latitude <= 90", name="latitude_range"),
        CheckConstraint("longitude >= -180 AND longitude <= 180", name="longitude_range"),
        CheckConstraint(
            "num_nonnulls(latitude, longitude, located_at) IN (0, 3)", name="location_whole"
        ),
        # One zone that PostgreSQL does not know would stop a whole wave: it raises here instead.
        CheckConstraint(ZONE_KNOWN.format("time_zone"), name="time_zone_known"),
        CheckConstraint(ZONE_KNOWN.format("next_time_zone"), name="next_time_zone_known"),
        CheckConstraint(
            "next_time_zone IS NULL OR next_time_zone_from IS NOT NULL", name="next_zone_whole"
        ),
        CheckConstraint(
            "num_nonnulls(quiet_from, quiet_until) IN (0, 2)", name="quiet_hours_whole"
        ),
        CheckConstraint("quiet_from <> quiet_until", name="quiet_hours_some"),
        Index("ix_client_location", "location", postgresql_using="gist"),
        # See `audience.samples`.
        *(
            Index(
                f"ix_client_location_every_{nth}th",
                "location",
                postgresql_using="gist",
                postgresql_where=text(f"(id & {nth - 1}) = 0"),
            )
            for nth in samples.SIZES
        ),
        {"info": distributed_by("id")},
    )

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    latitude: Mapped[float | None] = mapped_column(Double)
    longitude: Mapped[float | None] = mapped_column(Double)
    location: Mapped[Any | None] = mapped_column(
        Geography("POINT", 4326, spatial_index=False),
        Computed(
            "(st_setsrid(st_makepoint(longitude, latitude), 4326))::geography", persisted=True
        ),
        nullable=True,
        deferred=True,
    )
    located_at: Mapped[datetime | None] = mapped_column(TIMESTAMP(timezone=True))
    segment_ids: Mapped[list[int]] = mapped_column(ARRAY(Integer), server_default=text("'{}'"))
    opted_in: Mapped[bool] = mapped_column(server_default=text("true"))
    time_zone: Mapped[str | None] = mapped_column(Text)
    next_time_zone: Mapped[str | None] = mapped_column(Text)
    next_time_zone_from: Mapped[datetime | None] = mapped_column(TIMESTAMP(timezone=True))
    quiet_from: Mapped[time | None] = mapped_column(Time)
    quiet_until: Mapped[time | None] = mapped_column(Time)
    created_at: Mapped[datetime] = mapped_column(
        TIMESTAMP(timezone=True), server_default=text("app_now()")
    )
    updated_at: Mapped[datetime] = mapped_column(
        TIMESTAMP(timezone=True), server_default=text("app_now()")
    )


class ClientExternal(Base):
    """The marketplace's own id of a client."""

    __tablename__ = "client_external"
    __table_args__ = (
        CheckConstraint("length(external_id) BETWEEN 1 AND 200", name="external_id_length"),
        Index(None, "client_id"),
        {"info": distributed_by("external_id")},
    )

    external_id: Mapped[str] = mapped_column(Text, primary_key=True)
    client_id: Mapped[int] = mapped_column(BigInteger)


class ClientFix(Base):
    """The last fix of its device that a client was believed, and why a later one was not.

    Kept beside the client's row: it is what the next fix is measured against (nobody travels faster
    than an airliner), also while the location counts as unknown because a fix was refused. So is an
    older one, the anchor, which is replaced once a minute at most.
    """

    __tablename__ = "client_fix"
    __table_args__ = (
        CheckConstraint("latitude >= -90 AND latitude <= 90", name="latitude_range"),
        CheckConstraint("longitude >= -180 AND longitude <= 180", name="longitude_range"),
        CheckConstraint("accuracy_m >= 0 AND accuracy_m < 100000000", name="accuracy_range"),
        CheckConstraint("num_nonnulls(latitude, longitude, fixed_at) IN (0, 3)", name="fix_whole"),
        CheckConstraint("anchor_latitude >= -90 AND anchor_latitude <= 90", name="anchor_north"),
        CheckConstraint("anchor_longitude >= -180 AND anchor_longitude <= 180", name="anchor_east"),
        CheckConstraint(
            "anchor_accuracy_m >= 0 AND anchor_accuracy_m < 100000000", name="anchor_accuracy"
        ),
        CheckConstraint(
            "num_nonnulls(anchor_latitude, anchor_longitude, anchored_at) IN (0, 3)",
            name="anchor_whole",
        ),
        CheckConstraint("num_nonnulls(refused_as, refused_at) IN (0, 2)", name="refusal_whole"),
        {"info": distributed_by("client_id")},
    )

    client_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    latitude: Mapped[float | None] = mapped_column(Double)
    longitude: Mapped[float | None] = mapped_column(Double)
    accuracy_m: Mapped[float | None] = mapped_column(Double)
    fixed_at: Mapped[datetime | None] = mapped_column(TIMESTAMP(timezone=True))
    anchor_latitude: Mapped[float | None] = mapped_column(Double)
    anchor_longitude: Mapped[float | None] = mapped_column(Double)
    anchor_accuracy_m: Mapped[float | None] = mapped_column(Double)
    anchored_at: Mapped[datetime | None] = mapped_column(TIMESTAMP(timezone=True))
    refused_as: Mapped[str | None] = mapped_column(Text)
    refused_at: Mapped[datetime | None] = mapped_column(TIMESTAMP(timezone=True))

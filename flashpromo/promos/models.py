"""A promo in five tables, by how they change.

`promo` and `promo_segment` hold the terms: written by merchants, read by everybody. `promo_run`
holds what happens while it runs, one row a promo, and `promo_claim` what a wave locks meanwhile.
`promo_unit` holds one row for each sellable piece; the conditional update of that row is the whole
of "exactly one holder".

A promo carries copies of its store's point, its segment ids and its product's regular price, so
that the audience is found without a join and the discount it promised stays on record.
"""

from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from geoalchemy2 import Geography
from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    Index,
    Integer,
    Numeric,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, TIMESTAMP, ExcludeConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from flashpromo.db import REFERENCE, Base, distributed_by
from flashpromo.market.models import Product

MAX_DISTANCE_KM = 50
MAX_QUANTITY = 100_000
NOT_OVER = "sold_out_at IS NULL AND cancelled_at IS NULL AND ended_at IS NULL"
"""Of a run: nothing says that the promo is over; its time may be."""


class Promo(Base):
    """The terms. `published` is stored; the state is derived (see `promos.states`)."""

    __tablename__ = "promo"
    __table_args__ = (
        CheckConstraint("promo_price > 0 AND promo_price < regular_price", name="price_range"),
        # NaN is larger than every number: the upper bound keeps it out of both prices.
        CheckConstraint("regular_price < 10000000000", name="regular_price_range"),
        CheckConstraint("start_time < end_time", name="window_order"),
        CheckConstraint("isfinite(start_time) AND isfinite(end_time)", name="window_finite"),
        CheckConstraint(
            f"max_distance_km > 0 AND max_distance_km <= {MAX_DISTANCE_KM}", name="distance_range"
        ),
        CheckConstraint(f"quantity BETWEEN 1 AND {MAX_QUANTITY}", name="quantity_range"),
        CheckConstraint("cardinality(segment_ids) >= 1", name="segments_some"),
        CheckConstraint("NOT (published AND deleted_at IS NOT NULL)", name="deleted_unpublished"),
        # Two published promos of one product never overlap, whoever writes at the same instant.
        ExcludeConstraint(
            ("product_id", "="),
            (func.tstzrange(text("start_time"), text("end_time")), "&&"),
            name="ex_promo_product_window",
            using="gist",
            where=text("published"),
        ),
        Index(
            "ix_promo_location_published",
            "location",
            postgresql_using="gist",
            postgresql_where=text("published"),
        ),
        Index("ix_promo_start_published", "start_time", postgresql_where=text("published")),
        Index("ix_promo_end_published", "end_time", postgresql_where=text("published")),
        # What may still be sold or was sold of today, published or withdrawn since.
        Index(None, "end_time"),
        # The largest radius in use, which bounds the search for the promos that reach a client.
        Index("ix_promo_distance_published", "max_distance_km", postgresql_where=text("published")),
        Index(None, "product_id"),
        {"info": REFERENCE},
    )

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    product_id: Mapped[int] = mapped_column(ForeignKey("product.id"))
    promo_price: Mapped[Decimal] = mapped_column(Numeric(12, 2))
    regular_price: Mapped[Decimal] = mapped_column(Numeric(12, 2))
    start_time: Mapped[datetime] = mapped_column(TIMESTAMP(timezone=True))
    end_time: Mapped[datetime] = mapped_column(TIMESTAMP(timezone=True))
    max_distance_km: Mapped[Decimal] = mapped_column(Numeric(8, 6), server_default=text("2"))
    quantity: Mapped[int] = mapped_column(Integer, server_default=text("1"))
    published: Mapped[bool] = mapped_column(server_default=text("false"))
    location: Mapped[Any] = mapped_column(
        Geography("POINT", 4326, spatial_index=False, nullable=False), deferred=True
    )
    segment_ids: Mapped[list[int]] = mapped_column(ARRAY(Integer))
    created_at: Mapped[datetime] = mapped_column(
        TIMESTAMP(timezone=True), server_default=text("app_now()")
    )
    updated_at: Mapped[datetime] = mapped_column(
        TIMESTAMP(timezone=True), server_default=text("app_now()")
    )
    deleted_at: Mapped[datetime | None] = mapped_column(TIMESTAMP(timezone=True))

    product: Mapped[Product] = relationship(lazy="joined", innerjoin=True)
    run: Mapped["PromoRun"] = relationship(
        lazy="joined", innerjoin=True, uselist=False, viewonly=True
    )


class PromoSegment(Base):
    """The segments of a promo, with foreign keys; `Promo.segment_ids` is its copy for the wave."""

    __tablename__ = "promo_segment"
    __table_args__ = (Index(None, "segment_id"), {"info": REFERENCE})

    promo_id: Mapped[int] = mapped_column(
        ForeignKey("promo.id", ondelete="CASCADE"), primary_key=True
    )
    segment_id: Mapped[int] = mapped_column(ForeignKey("segment.id"), primary_key=True)


class PromoRun(Base):
    """What has happened to a promo; each instant is set once by a guarded update.

    `activated_at` equals `created_at` of every notification that the activation wrote, which is how
    they are found again. `notified_count` is a fact of that activation, and so is `notified_at`,
    when all of them were written. `audience_count`, whom the promo reached then, told or not, is
    counted right after it.
    """

    __tablename__ = "promo_run"
    __table_args__ = (
        # What is over outnumbers the rest after a while. Pausing and resuming change no index.
        Index("ix_promo_run_open", "activated_at", "promo_id", postgresql_where=text(NOT_OVER)),
        Index(
            "ix_promo_run_activated_at",
            "activated_at",
            postgresql_where=text("activated_at IS NOT NULL"),
        ),
        Index(
            "ix_promo_run_sold_out_at",
            "sold_out_at",
            postgresql_where=text("sold_out_at IS NOT NULL"),
        ),
        # Room in the page lets a pause stay heap-only.
        {"info": distributed_by("promo_id"), "postgresql_with": {"fillfactor": 80}},
    )

    promo_id: Mapped[int] = mapped_column(
        ForeignKey("promo.id", ondelete="CASCADE"), primary_key=True
    )
    activated_at: Mapped[datetime | None] = mapped_column(TIMESTAMP(timezone=True))
    notified_count: Mapped[int | None] = mapped_column(BigInteger)
    notified_at: Mapped[datetime | None] = mapped_column(TIMESTAMP(timezone=True))
    audience_count: Mapped[int | None] = mapped_column(BigInteger)
    paused_at: Mapped[datetime | None] = mapped_column(TIMESTAMP(timezone=True))
    sold_out_at: Mapped[datetime | None] = mapped_column(TIMESTAMP(timezone=True))
    cancelled_at: Mapped[datetime | None] = mapped_column(TIMESTAMP(timezone=True))
    ended_at: Mapped[datetime | None] = mapped_column(TIMESTAMP(timezone=True))


class PromoClaim(Base):
    """A row to lock for the wave that tells a promo's audience, and nothing else.

    Whoever changes what stands in `promo_run` does not wait for a wave: see `promos.claims`.
    """

    __tablename__ = "promo_claim"
    __table_args__ = ({"info": distributed_by("promo_id")},)

    promo_id: Mapped[int] = mapped_column(
        ForeignKey("promo.id", ondelete="CASCADE"), primary_key=True
    )


class PromoUnit(Base):
    """One sellable piece. Free: not sold, not closed, and not held past now.

    `fence` counts the holds of this unit; a completion must bring the fence of its own hold, so a
    holder who was away too long cannot sell what has passed to another.
    """

    __tablename__ = "promo_unit"
    __table_args__ = (
        CheckConstraint(
            "num_nonnulls(held_by, held_until, reservation_id) IN (0, 3)", name="hold_whole"
        ),
        CheckConstraint("sold_at IS NULL OR held_by IS NOT NULL", name="sold_to_holder"),
        CheckConstraint("sold_at IS NULL OR sold_at < held_until", name="sold_before_expiry"),
        CheckConstraint("unit_no >= 1", name="unit_no_range"),
        # Whoever looks for a unit passes none that is sold. Nothing that a hold changes is in it:
        # those updates stay heap-only.
        Index(
            "ix_promo_unit_unsold",
            "promo_id",
            "unit_no",
            postgresql_where=text("sold_at IS NULL AND NOT closed"),
        ),
        # Room in the page lets the many updates of a hold stay heap-only.
        {"info": distributed_by("promo_id"), "postgresql_with": {"fillfactor": 70}},
    )

    promo_id: Mapped[int] = mapped_column(
        ForeignKey("promo.id", ondelete="CASCADE"), primary_key=True
    )
    unit_no: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    fence: Mapped[int] = mapped_column(BigInteger, server_default=text("0"))
    held_by: Mapped[int | None] = mapped_column(BigInteger)
    held_until: Mapped[datetime | None] = mapped_column(TIMESTAMP(timezone=True))
    reservation_id: Mapped[UUID | None] = mapped_column()
    sold_at: Mapped[datetime | None] = mapped_column(TIMESTAMP(timezone=True))
    closed: Mapped[bool] = mapped_column(server_default=text("false"))

"""Reservations and purchases.

The unit row decides who holds; a reservation is the record of one hold, and names the unit and the
fence it got. `(promo_id, unit_no, fence)` is unique, so no hold can be recorded twice; the primary
key of a purchase is its unit, so no unit can be sold twice.
"""

from datetime import datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    Numeric,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import TIMESTAMP
from sqlalchemy.orm import Mapped, mapped_column

from flashpromo.db import Base, distributed_by


class Reservation(Base):
    """One client's hold on one unit, live until it expires, is released or is completed."""

    __tablename__ = "reservation"
    __table_args__ = (
        UniqueConstraint("promo_id", "reservation_id"),
        UniqueConstraint("promo_id", "unit_no", "fence"),
        ForeignKeyConstraint(
            ["promo_id", "unit_no"], ["promo_unit.promo_id", "promo_unit.unit_no"]
        ),
        CheckConstraint("created_at < expires_at", name="window_order"),
        CheckConstraint("num_nonnulls(completed_at, released_at) <= 1", name="one_outcome"),
        CheckConstraint(
            "completed_at IS NULL OR completed_at < expires_at", name="completed_before_expiry"
        ),
        CheckConstraint(
            "(released_at IS NULL) = (release_reason IS NULL)", name="release_has_reason"
        ),
        Index(None, "id"),
        Index(None, "client_id", "created_at"),
        # What a day has brought is little beside the past.
        Index(None, "created_at"),
        # Each ends once: room in the page lets that stay heap-only, which spares six indexes.
        {"info": distributed_by("promo_id"), "postgresql_with": {"fillfactor": 80}},
    )

    promo_id: Mapped[int] = mapped_column(ForeignKey("promo.id"), primary_key=True)
    id: Mapped[int] = mapped_column(
        BigInteger, primary_key=True, server_default=text("nextval('reservation_id_seq')")
    )
    reservation_id: Mapped[UUID] = mapped_column()
    client_id: Mapped[int] = mapped_column(BigInteger)
    unit_no: Mapped[int] = mapped_column(Integer)
    fence: Mapped[int] = mapped_column(BigInteger)
    price: Mapped[Decimal] = mapped_column(Numeric(12, 2))
    created_at: Mapped[datetime] = mapped_column(TIMESTAMP(timezone=True))
    expires_at: Mapped[datetime] = mapped_column(TIMESTAMP(timezone=True))
    completed_at: Mapped[datetime | None] = mapped_column(TIMESTAMP(timezone=True))
    released_at: Mapped[datetime | None] = mapped_column(TIMESTAMP(timezone=True))
    release_reason: Mapped[str | None] = mapped_column(Text)


class Purchase(Base):
    """A unit that was sold: to whom, for how much, and by which hold."""

    __tablename__ = "purchase"
    __table_args__ = (
        UniqueConstraint("promo_id", "reservation_id"),
        ForeignKeyConstraint(
            ["promo_id", "unit_no"], ["promo_unit.promo_id", "promo_unit.unit_no"]
        ),
        ForeignKeyConstraint(
            ["promo_id", "reservation_id"],
            ["reservation.promo_id", "reservation.reservation_id"],
        ),
        CheckConstraint("price > 0", name="price_range"),
        Index(None, "purchased_at"),
        {"info": distributed_by("promo_id")},
    )

    promo_id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    unit_no: Mapped[int] = mapped_column(Integer, primary_key=True)
    reservation_id: Mapped[UUID] = mapped_column()
    client_id: Mapped[int] = mapped_column(BigInteger)
    price: Mapped[Decimal] = mapped_column(Numeric(12, 2))
    purchased_at: Mapped[datetime] = mapped_column(TIMESTAMP(timezone=True))


class PromoTries(Base):
    """How often a promo was tried while every unit was held: refusals, not people.

    Redis counts; this is the highest count seen of each of its lives (`epoch`), so that writing it
    again changes nothing and a flushed Redis takes away no more than its last seconds.
    """

    __tablename__ = "promo_tries"
    __table_args__ = (
        CheckConstraint("tried >= 0", name="tried_range"),
        {"info": distributed_by("promo_id")},
    )

    promo_id: Mapped[int] = mapped_column(
        ForeignKey("promo.id", ondelete="CASCADE"), primary_key=True
    )
    epoch: Mapped[UUID] = mapped_column(primary_key=True)
    tried: Mapped[int] = mapped_column(BigInteger)

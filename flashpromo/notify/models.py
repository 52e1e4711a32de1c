"""Notifications and deliveries.

The primary key of a notification *is* the rule: one for each client and local day. Both tables are
cut into weeks by `local_day`, so that they cost the same after a year and retention drops a
partition. A row keeps what decided it (metres, segment, time of the fix): it can be audited after
the client has moved. No foreign keys: they cost a quarter of the wave.
"""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, Date, Double, Index, Integer, Text, text
from sqlalchemy.dialects.postgresql import TIMESTAMP
from sqlalchemy.orm import Mapped, mapped_column

from flashpromo.db import Base, distributed_by


class Notification(Base):
    """A client was told of a promo; the row itself is the message in the client's inbox."""

    __tablename__ = "notification"
    __table_args__ = (
        # A wave writes its rows side by side with one created_at: a BRIN index finds them for next
        # to nothing, where a b-tree on promo_id would cost a third of the wave.
        Index("ix_notification_created_at", "created_at", postgresql_using="brin"),
        # Costs the wave nothing: a row comes in when its client opens it.
        Index(
            "ix_notification_opened",
            "promo_id",
            "created_at",
            postgresql_where=text("opened_at IS NOT NULL"),
        ),
        {
            "info": distributed_by("client_id"),
            "postgresql_partition_by": "RANGE (local_day)",
        },
    )

    client_id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    local_day: Mapped[date] = mapped_column(Date, primary_key=True)
    promo_id: Mapped[int] = mapped_column(BigInteger)
    created_at: Mapped[datetime] = mapped_column(TIMESTAMP(timezone=True))
    distance_m: Mapped[float] = mapped_column(Double)
    segment_id: Mapped[int] = mapped_column(Integer)
    located_at: Mapped[datetime] = mapped_column(TIMESTAMP(timezone=True))
    opened_at: Mapped[datetime | None] = mapped_column(TIMESTAMP(timezone=True))


class Delivery(Base):
    """The way of one notification over one channel, and what came of it.

    Pending rows are the work orders. `lease_token` belongs to the worker that claimed the row last;
    whoever comes back with an older one changes nothing.
    """

    __tablename__ = "delivery"
    __table_args__ = (
        CheckConstraint("state IN ('pending', 'sent', 'skipped', 'failed')", name="state_known"),
        CheckConstraint(
            "(state = 'pending') = (finished_at IS NULL)", name="finished_when_not_pending"
        ),
        CheckConstraint(
            "state NOT IN ('skipped', 'failed') OR reason IS NOT NULL", name="reason_given"
        ),
        Index(
            "ix_delivery_pending",
            "promo_id",
            "channel",
            "next_attempt_at",
            postgresql_where=text("state = 'pending'"),
        ),
        Index(
            "ix_delivery_failed",
            "promo_id",
            "finished_at",
            postgresql_where=text("state = 'failed'"),
        ),
        {
            "info": distributed_by("client_id"),
            "postgresql_partition_by": "RANGE (local_day)",
        },
    )

    client_id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    local_day: Mapped[date] = mapped_column(Date, primary_key=True)
    channel: Mapped[str] = mapped_column(Text, primary_key=True)
    promo_id: Mapped[int] = mapped_column(BigInteger)
    state: Mapped[str] = mapped_column(Text, server_default=text("'pending'"))
    attempts: Mapped[int] = mapped_column(Integer, server_default=text("0"))
    next_attempt_at: Mapped[datetime] = mapped_column(TIMESTAMP(timezone=True))
    lease_token: Mapped[UUID | None] = mapped_column()
    reason: Mapped[str | None] = mapped_column(Text)
    finished_at: Mapped[datetime | None] = mapped_column(TIMESTAMP(timezone=True))

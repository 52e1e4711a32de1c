"""One row for each letter; it points at nothing by a foreign key, for what it tells of may go."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, Index, Integer, Text, text
from sqlalchemy.dialects.postgresql import TIMESTAMP
from sqlalchemy.orm import Mapped, mapped_column

from flashpromo.db import Base, distributed_by


class Kind(StrEnum):
    """What a letter is about.

    A *forgotten* one is not sent itself: it says that somebody asked for a new password under a
    name or an address, and a worker looks which accounts that means. So the one who asks cannot
    tell, not even by the time that it takes, whether there are any.
    """

    FORGOTTEN = "forgotten"
    PASSWORD = "password"  # noqa: S105 - the name of a kind
    PASSWORD_CHANGED = "password_changed"  # noqa: S105
    INVITATION = "invitation"


class Letter(Base):
    """A letter to an address, in a language.

    `username` is the account it is about, or what was typed by who has forgotten. It waits until
    `next_attempt_at`, under a lease while a worker sends it; after `deadline` it is worth nothing.
    """

    __tablename__ = "letter"
    __table_args__ = (
        CheckConstraint(
            "kind IN ('forgotten', 'password', 'password_changed', 'invitation')",
            name="kind_known",
        ),
        CheckConstraint(
            "kind = 'invitation' OR (username IS NOT NULL AND num_nonnulls(store_id, role) = 0)",
            name="fits_account",
        ),
        CheckConstraint(
            "kind <> 'invitation' OR (username IS NULL AND num_nonnulls(store_id, role) = 2)",
            name="fits_invitation",
        ),
        CheckConstraint("(kind = 'forgotten') = (email IS NULL)", name="address_given"),
        CheckConstraint("length(email) BETWEEN 3 AND 254", name="email_length"),
        CheckConstraint("length(username) BETWEEN 1 AND 254", name="username_length"),
        CheckConstraint("role IN ('owner', 'staff')", name="role_known"),
        CheckConstraint("language ~ '^[a-z]{2,3}$'", name="language_form"),
        CheckConstraint("deadline > created_at", name="window_order"),
        CheckConstraint("attempts >= 0", name="attempts_range"),
        CheckConstraint("state IN ('pending', 'sent', 'failed', 'dropped')", name="state_known"),
        CheckConstraint("(state = 'pending') = (finished_at IS NULL)", name="finished_whole"),
        Index(
            "ix_letter_next_attempt_at_pending",
            "next_attempt_at",
            postgresql_where=text("state = 'pending'"),
        ),
        Index(None, "username"),
        Index(None, "store_id"),
        Index(None, "finished_at"),
        {"info": distributed_by("id")},
    )

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    kind: Mapped[str] = mapped_column(Text)
    username: Mapped[str | None] = mapped_column(Text)
    email: Mapped[str | None] = mapped_column(Text)
    language: Mapped[str] = mapped_column(Text)
    store_id: Mapped[int | None] = mapped_column(BigInteger)
    role: Mapped[str | None] = mapped_column(Text)
    created_by: Mapped[int | None] = mapped_column(BigInteger)
    created_at: Mapped[datetime] = mapped_column(
        TIMESTAMP(timezone=True), server_default=text("app_now()")
    )
    deadline: Mapped[datetime] = mapped_column(TIMESTAMP(timezone=True))
    attempts: Mapped[int] = mapped_column(Integer, server_default=text("0"))
    next_attempt_at: Mapped[datetime] = mapped_column(TIMESTAMP(timezone=True))
    lease_token: Mapped[UUID | None] = mapped_column()
    state: Mapped[str] = mapped_column(Text, server_default=text("'pending'"))
    reason: Mapped[str | None] = mapped_column(Text)
    finished_at: Mapped[datetime | None] = mapped_column(TIMESTAMP(timezone=True))

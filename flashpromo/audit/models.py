"""One row for each change that somebody made; written once, and never again.

The table is sharded by its own id: it is written last in a transaction that may have written
sharded tables before, and it only grows. It points at nothing by a foreign key, for what it tells
of may go.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, Index, Text, text
from sqlalchemy.dialects.postgresql import JSONB, TIMESTAMP
from sqlalchemy.orm import Mapped, mapped_column

from flashpromo.audit.actors import ActorKind, Door
from flashpromo.db import Base, distributed_by

NOTHING = text("'{}'")


def _one_of(column: str, values: type[ActorKind] | type[Door]) -> str:
    return f"{column} IN ({', '.join(repr(each.value) for each in values)})"


class AuditEvent(Base):
    """Who did what to which thing, by which door, from where; and what it was before and after.

    `before` and `after` have only what differs, money and times written as the API writes them.
    `request_id` is that of the request that was the cause, as the lines of the logs carry it; empty
    where there was none. `store_id` is the store in whose timeline it belongs, if any.
    """

    __tablename__ = "audit_event"
    __table_args__ = (
        CheckConstraint(_one_of("actor_kind", ActorKind), name="actor_kind_known"),
        CheckConstraint(_one_of("door", Door), name="door_known"),
        CheckConstraint("action ~ '^[a-z_]+[.][a-z_]+$'", name="action_form"),
        # Who is erased stays a number here: names and addresses of clients are never written down.
        CheckConstraint(
            "actor_kind <> 'client' OR (actor_name = '' AND address = '')", name="client_unnamed"
        ),
        Index(None, "at"),
        Index(None, "store_id", "at"),
        Index(None, "subject_kind", "subject_id", "at"),
        Index(None, "actor_kind", "actor_id", "at"),
        Index(None, "action", "at"),
        Index(None, "actor_name", "at"),
        Index(None, "door", "at"),
        {"info": distributed_by("id")},
    )

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    at: Mapped[datetime] = mapped_column(TIMESTAMP(timezone=True), server_default=text("app_now()"))
    actor_kind: Mapped[str] = mapped_column(Text)
    actor_id: Mapped[int | None] = mapped_column(BigInteger)
    actor_name: Mapped[str] = mapped_column(Text, server_default=text("''"))
    door: Mapped[str] = mapped_column(Text)
    address: Mapped[str] = mapped_column(Text, server_default=text("''"))
    request_id: Mapped[str] = mapped_column(Text, server_default=text("''"))
    action: Mapped[str] = mapped_column(Text)
    subject_kind: Mapped[str] = mapped_column(Text)
    subject_id: Mapped[str | None] = mapped_column(Text)
    store_id: Mapped[int | None] = mapped_column(BigInteger)
    before: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default=NOTHING)
    after: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default=NOTHING)

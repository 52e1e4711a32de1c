"""What each scheduler process has done last; one row a process, written by nobody else."""

from datetime import datetime
from typing import Any

from sqlalchemy import Text
from sqlalchemy.dialects.postgresql import JSONB, TIMESTAMP
from sqlalchemy.orm import Mapped, mapped_column

from flashpromo.db import Base, distributed_by


class SchedulerTrace(Base):
    """A scheduler was there at `seen_at`; `rounds` tells of each of its rounds (see `traces`).

    In the database and not in Redis: the sweep is what still works without Redis, and so must be
    what tells of it.
    """

    __tablename__ = "scheduler_trace"
    # Rewritten every few seconds: room in the page keeps the updates heap-only.
    __table_args__ = ({"info": distributed_by("process"), "postgresql_with": {"fillfactor": 50}},)

    process: Mapped[str] = mapped_column(Text, primary_key=True)
    started_at: Mapped[datetime] = mapped_column(TIMESTAMP(timezone=True))
    seen_at: Mapped[datetime] = mapped_column(TIMESTAMP(timezone=True))
    rounds: Mapped[dict[str, Any]] = mapped_column(JSONB)

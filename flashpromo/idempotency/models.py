"""What was answered to a request that carried an `Idempotency-Key`.

The row is written in the transaction of the effect itself: there is no answer without the effect
and no effect without the answer.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, Index, Integer, LargeBinary, Text, text
from sqlalchemy.dialects.postgresql import JSONB, TIMESTAMP
from sqlalchemy.orm import Mapped, mapped_column

from flashpromo.db import Base, distributed_by


class KeptAnswer(Base):
    """The answer to one owner's key, and the digest of the request that it answers."""

    __tablename__ = "kept_answer"
    __table_args__ = (
        CheckConstraint("length(key) BETWEEN 1 AND 255", name="key_length"),
        Index(None, "created_at"),
        {"info": distributed_by("owner")},
    )

    owner: Mapped[str] = mapped_column(Text, primary_key=True)
    key: Mapped[str] = mapped_column(Text, primary_key=True)
    request_digest: Mapped[bytes] = mapped_column(LargeBinary)
    status: Mapped[int] = mapped_column(Integer)
    headers: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default=text("'{}'"))
    body: Mapped[bytes] = mapped_column(LargeBinary)
    created_at: Mapped[datetime] = mapped_column(TIMESTAMP(timezone=True))

"""One row for each series and part of it: a few dozen rows, each rewritten again and again."""

from sqlalchemy import Double, Text
from sqlalchemy.orm import Mapped, mapped_column

from flashpromo.db import Base, distributed_by


class Tally(Base):
    """How often something has happened, or the sum of what was measured; it only grows.

    `part` are the values of the series' labels and, of a histogram, the upper bound of the bucket.
    """

    __tablename__ = "tally"
    # Rewritten with every batch: room in the page keeps the updates heap-only.
    __table_args__ = ({"info": distributed_by("series"), "postgresql_with": {"fillfactor": 50}},)

    series: Mapped[str] = mapped_column(Text, primary_key=True)
    part: Mapped[str] = mapped_column(Text, primary_key=True)
    value: Mapped[float] = mapped_column(Double)

"""Since when a promo is due: its start, or its publication if that was later.

When a promo was published is not kept, but that was its last change if it was later. The rule
stands here in SQL and in Python.
"""

from datetime import datetime
from typing import Final

from flashpromo.promos.models import Promo

DUE_SINCE: Final = """
greatest(promo.start_time, CASE
  WHEN run.activated_at IS NULL OR promo.updated_at <= run.activated_at
  THEN promo.updated_at ELSE promo.created_at END)
"""
"""Of a `promo` and its `run`, activated or not yet."""


def due_since(promo: Promo, activated_at: datetime) -> datetime:
    """Since when an activated promo was due."""
    changed = promo.updated_at if promo.updated_at <= activated_at else promo.created_at
    return max(promo.start_time, changed)

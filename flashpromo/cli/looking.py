"""How the scheduler's rounds look into the database, and what they call late."""

from contextlib import AbstractContextManager
from datetime import datetime

from sqlalchemy.orm import Session

from flashpromo import config
from flashpromo.db import transaction


def look() -> AbstractContextManager[Session]:
    """A transaction that no lock and no lost plan can keep for long."""
    return transaction(timeout_seconds=config.current().statement_timeout_seconds)


def is_late(since: datetime, now: datetime) -> bool:
    """What was due at `since` has waited longer than the sweep is patient."""
    return (now - since).total_seconds() > config.current().sweep_patience_seconds

"""The people of the API, and what the log says."""

from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import select

from flashpromo.audit.models import AuditEvent
from flashpromo.db import session
from tests.api.conftest import alice, operator, people, techshop, world  # noqa: F401 - fixtures

Events = Callable[[], list[AuditEvent]]


@pytest.fixture
def events(app: Flask) -> Events:
    """What was noted since the last look, oldest first."""
    seen: set[int] = set()

    def look() -> list[AuditEvent]:
        with app.app_context():
            noted = session().scalars(select(AuditEvent).order_by(AuditEvent.id)).all()
        new = [event for event in noted if event.id not in seen]
        seen.update(event.id for event in new)
        return new

    return look

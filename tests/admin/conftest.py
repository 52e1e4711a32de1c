"""The market of the console's tests, with one of everything that has a view."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import event
from sqlalchemy.engine import Engine

from tests.admin.everything import plant
from tests.console.conftest import Town, look_as, town
from tests.pages.conftest import Browser

__all__ = ["look_as", "town"]

ADMIN = "/admin/"


@pytest.fixture
def operator(look_as) -> Browser:
    return look_as("admin")


@contextmanager
def statements(engine: Engine) -> Iterator[list[str]]:
    """Every statement that is sent inside the block; no context stays open for it."""
    sent: list[str] = []

    def note(_connection, _cursor, statement, *_rest):
        sent.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        event.remove(engine, "before_cursor_execute", note)


@pytest.fixture
def full(town: Town) -> dict[str, str]:
    """The id of one record of each kind, by its view's address."""
    return plant(town)

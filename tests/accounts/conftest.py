"""Looks into the tables."""

import pytest
from sqlalchemy import text
from sqlalchemy.engine import Engine


@pytest.fixture
def rows(engine: Engine):
    """Count the rows of a table over a connection of its own."""

    def count(table: str) -> int:
        with engine.connect() as connection:
            return connection.execute(text(f"SELECT count(*) FROM {table}")).scalar_one()

    return count

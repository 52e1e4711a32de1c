from collections.abc import Iterator

import pytest
from flask import Flask
from redis import Redis
from sqlalchemy import text

from flashpromo.config import Settings
from flashpromo.db import Base, db
from tests.conftest import Clock
from tests.doctor import town as towns
from tests.doctor.town import Town


@pytest.fixture(scope="module")
def town(app: Flask, settings: Settings) -> Iterator[Town]:
    """One town for all tests of a file: whatever they plant in it is rolled back."""
    redis = Redis.from_url(settings.redis_url)
    redis.flushdb()
    names = ", ".join(f'"{table.name}"' for table in Base.metadata.sorted_tables)
    with app.app_context():
        with db.engine.begin() as connection:
            connection.execute(text(f"TRUNCATE {names} RESTART IDENTITY CASCADE"))
            connection.execute(text("UPDATE test_clock SET shift = '0'"))
        built = towns.build(Clock(db.engine), redis)
        yield built
        with db.engine.begin() as connection:
            for week in built.weeks:
                connection.execute(text(f"DROP TABLE {week}"))
    redis.close()

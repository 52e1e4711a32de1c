"""Behind PgBouncer in transaction mode: the whole story, and nothing is left in a session."""

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing

import pytest
from flask import Flask

from flashpromo.app import create_app
from flashpromo.config import Settings
from flashpromo.db import db
from tests.api.conftest import People
from tests.audience.importing_file import import_file
from tests.processes.conftest import another_product, in_seconds
from tests.processes.pooler import SERVERS, Pooler, pooler
from tests.processes.running import Program, Service, eventually
from tests.world import World

PROMOS = "/api/promotions/flash-promos/"
RESERVATIONS = "/api/promotions/promo-reservations/"
AT_ONCE = 8

# What a session has that a new one has not. The driver sets DateStyle and its like as it connects,
# and PgBouncer keeps them for each client.
LEFT = """
SELECT 'setting ' || name FROM pg_settings
WHERE source = 'session' AND name <> ALL(%(of_the_driver)s)
UNION ALL SELECT 'prepared statement ' || name FROM pg_prepared_statements
UNION ALL SELECT 'cursor ' || name FROM pg_cursors WHERE name <> ''
UNION ALL SELECT 'channel ' || channel FROM pg_listening_channels() AS channel
UNION ALL SELECT 'advisory lock ' || objid FROM pg_locks
          WHERE locktype = 'advisory' AND pid = pg_backend_pid()
UNION ALL SELECT 'temporary table ' || relname FROM pg_class
          WHERE relnamespace = pg_my_temp_schema() AND relkind = 'r'
"""
OF_THE_DRIVER = ["client_encoding", "DateStyle", "TimeZone", "standard_conforming_strings"]
OF_THE_DRIVER += ["application_name"]


@pytest.fixture(scope="module")
def bouncer(app: Flask, settings: Settings) -> Iterator[Pooler]:
    with pooler(settings.database_url) as running:
        yield running


@pytest.fixture(scope="module")
def web(bouncer: Pooler, settings: Settings) -> Iterator[Flask]:
    """The application, whose database is behind it."""
    url = bouncer.url.render_as_string(hide_password=False)
    other = create_app(settings.model_copy(update={"database_url": url}))
    other.testing = True
    with other.app_context():
        yield other
        db.session.remove()
        db.engine.dispose()


@pytest.fixture(scope="module")
def running(bouncer: Pooler, web: Flask, shared_service: Service) -> list[Program]:
    """A scheduler and both workers behind it too."""
    url = bouncer.url.render_as_string(hide_password=False)
    shared_service.environment["DATABASE_URL"] = url
    return shared_service.start("scheduler", "worker activation", "worker delivery")


@pytest.fixture
def world(web: Flask, clean: None) -> Iterator[World]:
    yield World.build()
    db.session.remove()


def left_behind(bouncer: Pooler) -> Sequence[str]:
    """What is left in the sessions of PostgreSQL; each of them is held open until all are seen."""
    db.session.rollback()  # a request made inside a test's context reads on in its transaction
    pids, left = set(), []
    with ExitStack() as held:
        for _ in range(SERVERS):
            connection = held.enter_context(closing(bouncer.connect()))
            connection.autocommit = False
            cursor = held.enter_context(connection.cursor())
            cursor.execute("SELECT pg_backend_pid()")
            pids.update(cursor.fetchone())
            cursor.execute(LEFT, {"of_the_driver": OF_THE_DRIVER})
            left += [found for (found,) in cursor.fetchall()]
    assert len(pids) == SERVERS
    return left


def test_a_promo_is_told_of_held_and_sold(running, bouncer, web, world, outside):
    people = People(web, web.test_client())
    techshop = people.merchant("techshop", world.store_id)
    promo = in_seconds(world, 0.5, quantity=2)
    rows = "".join(f"m-{number},{19.43},{-99.13},New users\n" for number in range(200))
    assert import_file(f"external_id,latitude,longitude,segments\n{rows}").counts == (200, 0, 0)
    outside.await_activation(promo)
    outside.await_delivery(promo, clients=201)
    assert f"promo {promo.id} activated" in running[1].said
    alice = people.client("alice", world.alice)
    held = alice.post(RESERVATIONS, {"promo_id": promo.id})
    assert held.status_code == 201, held.text
    assert alice.post(f"{RESERVATIONS}{held.json['id']}/complete/").status_code == 200
    counted = techshop.get(f"{PROMOS}{promo.id}/preview/")
    assert counted.status_code == 200, counted.text
    assert counted.json["in_range"] in {200, 210}  # there are 203, shown by tens
    assert left_behind(bouncer) == []


def test_many_at_once_share_a_few_sessions(running, bouncer, web, world):
    people = People(web, web.test_client())
    in_seconds(world, 0, product_id=another_product(world, "One"), quantity=AT_ONCE)
    promo = in_seconds(world, 0, quantity=AT_ONCE)
    callers = [
        people.client(f"rival-{number}", world.alice if number == 0 else None)
        for number in range(AT_ONCE)
    ]

    def shop(number: int) -> list[int]:
        http = web.test_client()
        callers[number].http = http
        seen = [callers[number].get(f"{PROMOS}eligible/").status_code for _ in range(3)]
        answer = callers[number].post(RESERVATIONS, {"promo_id": promo.id})
        return [*seen, answer.status_code]

    with ThreadPoolExecutor(AT_ONCE) as crowd:
        answers = list(crowd.map(shop, range(AT_ONCE)))
    assert answers[0] == [200] * 3 + [201]
    assert {status for each in answers[1:] for status in each} == {200, 403}
    assert left_behind(bouncer) == []


def test_what_is_left_in_a_session_would_be_seen(bouncer):
    with closing(bouncer.connect()) as connection, connection.cursor() as cursor:
        cursor.execute("SET work_mem = '77MB'; CREATE TEMPORARY TABLE remains (a int)")
        cursor.execute("SELECT pg_advisory_lock(77); PREPARE seven AS SELECT 7")

    def seen() -> bool:
        return {"setting work_mem", "temporary table remains"} <= set(left_behind(bouncer))

    eventually(seen, 5)

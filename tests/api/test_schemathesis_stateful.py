"""Sequences: what one answer made is read, changed, stepped and deleted by following its links.

The links are those of the description (`201` leads to the new thing's operations, a reservation to
its completion and release) and what schemathesis infers. After a deletion nothing may be there.
"""

from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from hypothesis import HealthCheck, settings
from redis import Redis
from schemathesis import Case, Response
from sqlalchemy.engine import Engine

from tests.api.conftest import People
from tests.api.described import Town, relay, schema
from tests.conftest import empty
from tests.story import publish
from tests.world import World

# To measure coverage takes half as long again, and other tests run all of these lines.
pytestmark = pytest.mark.no_cover

api = schema(examples=1)
SEQUENCES = 15
STEPS = 8


@pytest.fixture
def town(app: Flask, people: People, world: World, record_property) -> Iterator[Town]:
    """The town, which every sequence finds as new."""
    relay.app = app
    town = Town(app, people, world)
    yield town
    record_property("counted requests of sequences by schemathesis", town.sent)


def test_the_description_has_links():
    links = api.statistic.transitions.total
    assert links > 30


@pytest.mark.parametrize("role", ["operator", "merchant", "client"])
def test_sequences_are_as_described(town: Town, engine: Engine, redis: Redis, role: str):
    class Sequence(api.as_state_machine()):  # type: ignore[misc]
        def setup(self) -> None:
            empty(engine)
            redis.flushdb()
            with town.app.app_context():
                town.settle(World.build())
                publish(town.world, quantity=100)

        def get_call_kwargs(self, case: Case) -> dict[str, Any]:
            town.sent += 1
            return {"headers": town.headers(role)}

        def after_call(self, response: Response, case: Case) -> None:
            if response.status_code == 401:
                town.callers.pop(role, None)  # it has ended its own token

        def validate_response(self, response: Response, case: Case, **options: Any) -> None:
            town.validate(case, response, role, **options)

    Sequence.run(
        settings=settings(
            max_examples=SEQUENCES,
            stateful_step_count=STEPS,
            derandomize=True,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        )
    )

"""Every operation of the description, called by schemathesis: every answer is as described.

The boundaries of each parameter and field one by one, then random requests, right and wrong ones.
Each is sent as whoever the operation lets in, an operator, a merchant and a client; the first ones
as everybody, and without a token. All checks of schemathesis, and two of our own. The same requests
in each run.
"""

from collections.abc import Iterator

import pytest
from flask import Flask
from hypothesis import HealthCheck, Phase, settings
from schemathesis import Case

from tests.api.conftest import People
from tests.api.described import Town, relay, schema
from tests.story import publish
from tests.world import World

# To measure coverage takes half as long again, and other tests run all of these lines.
pytestmark = pytest.mark.no_cover

api = schema(examples=4)


# With a parameter the tests of the operations get names of their own; without names pytest-xdist
# takes all of them for one.
@pytest.fixture(params=["everybody"])
def town(app: Flask, people: People, world: World, record_property) -> Iterator[Town]:
    """A running promo, a draft, and something of everything."""
    with app.app_context():
        publish(world, quantity=5)
    relay.app = app
    town = Town(app, people, world)
    yield town
    record_property("counted requests by schemathesis", town.sent)


@api.parametrize()
@settings(
    deadline=None,
    suppress_health_check=list(HealthCheck),
    phases=[Phase.explicit, Phase.generate],
)
def test_every_answer_is_as_described(case: Case, town: Town):
    for role in town.roles(case):
        town.send(case, role)


def test_no_operation_is_left_out(request: pytest.FixtureRequest):
    tests = [each for each in request.session.items if each.path == request.path]
    tests = [each for each in tests if each.name.startswith("test_every_answer")]
    assert len({each.nodeid for each in tests}) == api.statistic.operations.total > 70

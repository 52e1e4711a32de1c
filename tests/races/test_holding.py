"""Many clients want the same unit at the same instant: as many hold as there are units."""

from uuid import UUID

import pytest

from flashpromo.checkout import settle
from flashpromo.db import transaction
from tests.races import acts, checks, twins
from tests.races.crew import Call
from tests.story import publish

ROUNDS = 100
RIVALS = 50
SIZES = [(RIVALS, 1), (8, 3)]
NOWHERE = "unix:///nowhere/redis.sock"


@pytest.fixture(scope="module")
def crew(hire):
    return hire(RIVALS, cached_list_seconds=60)  # who is eligible is known from the second round on


def race(crew, clients, promo, meet_at=None):
    """One round; the winners give their units back at its end."""
    answers = crew.at_once([Call(acts.hold, client, promo.id) for client in clients], meet_at)
    units = promo.quantity
    came = checks.outcomes(answers)
    checks.demand(came == {"done": units, "already_held": len(clients) - units}, came)
    checks.holders(units, promo.id)
    with transaction():
        for client, answer in zip(clients, answers, strict=True):
            if isinstance(answer.value, UUID):
                settle.release(client, answer.value)


@pytest.mark.parametrize(("rivals", "units"), SIZES)
def test_as_many_hold_as_there_are_units_while_redis_gives_hints(
    crew, stage, settings, rivals, units
):
    crew.at_once([Call(acts.use_redis, settings.redis_url)] * RIVALS)
    clients = stage.crowd(rivals)
    promo = publish(stage.world, quantity=units)
    for _ in range(ROUNDS):
        race(crew, clients, promo)
    checks.nothing_is_broken()


@pytest.mark.parametrize(("rivals", "units"), SIZES)
def test_as_many_hold_as_there_are_units_while_redis_is_away(crew, stage, rivals, units):
    """All of them have seen a free unit before the first one claims it."""
    crew.at_once([Call(acts.use_redis, NOWHERE)] * RIVALS)
    clients = stage.crowd(rivals)
    promo = publish(stage.world, quantity=units)
    for _ in range(ROUNDS):
        race(crew, clients, promo, meet_at="hold.asked")
    checks.nothing_is_broken()


@pytest.mark.parametrize("units", [1, 3])
def test_check_then_set_is_caught(hire, stage, units):
    careless = hire(10, [twins.claim_by_check_then_set], redis_url=NOWHERE)
    clients = stage.crowd(10)
    promo = publish(stage.world, quantity=units)
    checks.assert_caught(lambda: race(careless, clients, promo, "twin.looked"), rounds=20)

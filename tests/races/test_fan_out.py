"""Twenty promos start at the same instant for the same 5,000 clients."""

from tests.races import acts, checks, twins
from tests.races.crew import Call
from tests.story import publish

ROUNDS = 100
RIVALS = 20
CLIENTS = 5000


def race(crew, stage, promos, clients):
    stage.untold()
    answers = crew.at_once([Call(acts.activate, promo.id) for promo in promos])
    came = checks.outcomes(answers)
    checks.demand(came == {"done": len(promos)}, came)
    checks.each_told_once(clients)


def rival_promos(stage, count):
    """All are due now, in stores around the crowd; none is activated yet."""
    return [
        publish(stage.world, product_id=product_id, max_distance_km=5)
        for product_id in stage.shops(count)
    ]


def test_everybody_is_told_once_and_no_activation_fails(hire, stage):
    crew = hire(RIVALS)
    stage.crowd(CLIENTS - 1)  # and Alice
    promos = rival_promos(stage, RIVALS)
    for _ in range(ROUNDS):
        race(crew, stage, promos, CLIENTS)
    checks.nothing_is_broken()


def test_a_fan_out_that_does_not_sort_its_clients_is_caught(hire, stage):
    unsorted = hire(4, [twins.fan_out_unsorted])
    stage.crowd(1999)
    promos = rival_promos(stage, 4)
    checks.assert_caught(lambda: race(unsorted, stage, promos, 2000), rounds=80)

"""One client who asks for several units at the same instant gets what one client may have."""

from functools import partial

from tests.races import acts, checks, places, twins
from tests.races.crew import Call
from tests.story import publish

ROUNDS = 100
LIMIT = 3
# Whoever is first stays a while between looking and claiming.
LINGER = partial(places.linger_at, "hold.asked", 0.005)


def ask_twice(crew, stage, promo):
    stage.unsold()
    answers = crew.at_once([Call(acts.hold, stage.world.alice, promo.id)] * 2)
    came = checks.outcomes(answers)
    checks.demand(came == {"done": 1, "already_held": 1}, came)
    checks.holders(1, promo.id)


def ask_for_all(crew, stage, promos):
    stage.unsold()
    answers = crew.at_once([Call(acts.hold, stage.world.alice, promo.id) for promo in promos])
    came = checks.outcomes(answers)
    checks.demand(came == {"done": LIMIT, "reservation_limit": len(promos) - LIMIT}, came)
    checks.holders(LIMIT, *(promo.id for promo in promos))


def five_promos(stage):
    return [publish(stage.world, product_id=product_id) for product_id in stage.shops(5)]


def test_two_requests_for_one_promo_take_one_unit(hire, stage):
    crew = hire(2, [LINGER])
    promo = stage.start(quantity=2)
    for _ in range(ROUNDS):
        ask_twice(crew, stage, promo)
    checks.nothing_is_broken()


def test_requests_for_more_promos_than_allowed_stop_at_the_limit(hire, stage):
    crew = hire(5, [LINGER])
    promos = five_promos(stage)
    for _ in range(ROUNDS):
        ask_for_all(crew, stage, promos)
    checks.nothing_is_broken()


def test_two_units_for_one_client_without_the_lock_are_caught(hire, stage):
    crew = hire(2, [LINGER, twins.limits_without_lock])
    promo = stage.start(quantity=2)
    checks.assert_caught(lambda: ask_twice(crew, stage, promo), rounds=50)


def test_a_limit_without_the_lock_is_caught(hire, stage):
    crew = hire(5, [LINGER, twins.limits_without_lock])
    promos = five_promos(stage)
    checks.assert_caught(lambda: ask_for_all(crew, stage, promos), rounds=50)

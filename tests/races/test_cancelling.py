"""A promo is cancelled while clients take holds: afterwards nobody holds any of it."""

from functools import partial

from sqlalchemy import text

from flashpromo.db import session
from tests.races import acts, checks, places, twins
from tests.races.crew import Call

ROUNDS = 100
UNITS = 4
RECORDED = partial(places.linger_at, "hold.recorded", 0.005)
ANSWERS = {"done", "already_held", "promo_not_running"}


def race(crew, stage, promo, clients, delay):
    stage.unsold()
    holds = [Call(acts.hold, client, promo.id) for client in clients]
    answers = crew.at_once([Call(acts.later, delay, acts.cancel, promo.id), *holds])
    came = checks.outcomes(answers)
    checks.demand(answers[0].refused is None, answers[0])
    checks.demand(set(came) <= ANSWERS, came)
    checks.holders(0, promo.id)
    left = session().execute(
        text("SELECT count(*) FROM promo_unit WHERE held_by IS NOT NULL OR NOT closed")
    )
    checks.demand(left.scalar_one() == 0, "a unit of a cancelled promo is held or on offer")
    return came


def test_no_hold_outlives_a_cancelled_promo(hire, stage):
    crew = hire(7, [RECORDED])
    clients = stage.crowd(6)
    promo = stage.start(quantity=UNITS)
    held = sum(
        race(crew, stage, promo, clients, delay=0.002 * (number % 20))["done"] - 1
        for number in range(ROUNDS)
    )
    assert 0 < held < ROUNDS * len(clients)
    checks.nothing_is_broken()


def test_cancelling_only_the_holds_that_are_seen_is_caught(hire, stage):
    crew = hire(7, [RECORDED, twins.cancel_only_what_is_seen])
    clients = stage.crowd(6)
    promo = stage.start(quantity=UNITS)
    delays = iter(0.002 * (number % 20) for number in range(ROUNDS))
    checks.assert_caught(lambda: race(crew, stage, promo, clients, next(delays)), rounds=ROUNDS)

"""Completions at the same instant: each unit is sold once, and the last sale ends the promo."""

from functools import partial

from flashpromo.checkout.hold import hold
from flashpromo.db import transaction
from tests.races import acts, checks, places, twins
from tests.races.crew import Call

ROUNDS = 100
RECORDED = partial(places.linger_at, "complete.recorded", 0.005)
READY = partial(places.linger_at, "transaction.ready", 0.005)
ASKED = partial(places.linger_at, "complete.asked", 0.005)


def complete_twice(crew, stage, promo):
    stage.unsold()
    with transaction():
        reservation = hold(stage.world.alice, promo.id).reservation_id
    answers = crew.at_once([Call(acts.complete, stage.world.alice, reservation)] * 2)
    came = checks.outcomes(answers)
    checks.demand(came == {"done": 2}, came)
    checks.demand(answers[0].value == answers[1].value, answers)
    checks.sales(promo.id, 1, sold_out=True)


def complete_the_last_two(crew, stage, promo, clients):
    stage.unsold()
    calls = []
    for client in clients:
        with transaction():
            calls.append(Call(acts.complete, client, hold(client, promo.id).reservation_id))
    came = checks.outcomes(crew.at_once(calls))
    checks.demand(came == {"done": 2}, came)
    checks.sales(promo.id, 2, sold_out=True)


def test_two_completions_of_one_reservation_get_the_same_answer_and_one_purchase(hire, stage):
    crew = hire(2, [RECORDED])
    promo = stage.start()
    for _ in range(ROUNDS):
        complete_twice(crew, stage, promo)
    checks.nothing_is_broken()


def test_completions_of_the_last_two_units_end_the_promo(hire, stage):
    crew = hire(2, [READY])
    clients = stage.crowd(2)
    promo = stage.start(quantity=2)
    for _ in range(ROUNDS):
        complete_the_last_two(crew, stage, promo, clients)
    checks.nothing_is_broken()


def test_answering_by_what_was_read_before_the_lock_is_caught(hire, stage):
    crew = hire(2, [RECORDED, twins.answer_by_what_was_read])
    promo = stage.start()
    checks.assert_caught(lambda: complete_twice(crew, stage, promo), rounds=50)


def test_selling_a_sold_unit_is_caught(hire, stage):
    crew = hire(2, [ASKED, twins.sell_twice])
    promo = stage.start()
    with stage.without_constraints(
        ("purchase", "pk_purchase"), ("purchase", "uq_purchase_promo_id_reservation_id")
    ):
        checks.assert_caught(lambda: complete_twice(crew, stage, promo), rounds=50)


def test_a_promo_that_nobody_ends_is_caught(hire, stage):
    crew = hire(2, [READY, twins.complete_without_run_lock])
    clients = stage.crowd(2)
    promo = stage.start(quantity=2)
    checks.assert_caught(lambda: complete_the_last_two(crew, stage, promo, clients), rounds=50)

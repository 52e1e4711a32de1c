"""A hundred writers send one request with one key at the same instant: it is carried out once."""

import json
from collections import Counter
from functools import partial
from itertools import count

import pytest

from tests.races import acts, checks, places, twins
from tests.races.crew import Call

PROCESSES, THREADS = 25, 4
RESERVATIONS = "/api/promotions/promo-reservations/"
ROUNDS = 3
ENDS = ["transaction.ready", "transaction.committed"]


@pytest.fixture(scope="module")
def crew(hire):
    return hire(PROCESSES)


def send_at_once(crew, *request):
    """All of them send it; how many got which status, and the one answer that was given."""
    calls = [Call(acts.post_as_one, THREADS, *request)] * len(crew.processes)
    told = [each for answer in crew.at_once(calls) for each in answer.value]
    given = {body for status, body in told if status < 400}
    refused = {json.loads(body)["code"] for status, body in told if status >= 400}
    checks.demand(len(given) == 1, f"{len(given)} different answers")
    checks.demand(refused <= {"idempotency_in_flight"}, refused)
    return Counter(status for status, _ in told), json.loads(given.pop())


def test_a_hundred_writers_with_one_key_make_one_purchase(crew, stage):
    promo = stage.start(quantity=200)
    token = acts.issue_token(stage.world.alice)
    for number in range(ROUNDS):
        body = {"promo_id": promo.id}
        held, reservation = send_at_once(crew, token, RESERVATIONS, body, f"hold-{number}")
        checks.holders(1, promo.id)
        path = f"{RESERVATIONS}{reservation['reservation_id']}/complete/"
        sold, _ = send_at_once(crew, token, path, None, f"sell-{number}")
        checks.sales(promo.id, number + 1, sold_out=False)
        print(f"{PROCESSES * THREADS} writers: {dict(held)} held, {dict(sold)} sold, 1 purchase")
        assert held.total() == sold.total() == PROCESSES * THREADS
    checks.nothing_is_broken()


def test_writers_who_repeat_until_they_are_answered_all_hear_the_same(crew, stage):
    promo = stage.start(quantity=200)
    token = acts.issue_token(stage.world.alice)
    body = {"promo_id": promo.id}
    answers = crew.at_once([Call(acts.post, token, RESERVATIONS, body, "hold")] * PROCESSES)
    ((status, document),) = {each.value for each in answers}
    assert status == 201
    path = f"{RESERVATIONS}{json.loads(document)['id']}/complete/"
    answers = crew.at_once([Call(acts.post, token, path, None, "sell")] * PROCESSES)
    ((status, _),) = {each.value for each in answers}
    assert status == 200
    checks.sales(promo.id, 1, sold_out=False)


def test_one_key_without_the_lock_is_caught(hire, stage):
    careless = hire(8, [twins.answers_without_lock])
    promo = stage.start(quantity=200)
    token = acts.issue_token(stage.world.alice)
    keys = (f"key-{number}" for number in count())

    def play():
        stage.unsold()
        send_at_once(careless, token, RESERVATIONS, {"promo_id": promo.id}, next(keys))

    checks.assert_caught(play, rounds=20)


@pytest.fixture
def kill(hire, stage):
    """Let a process send a request and die on the way."""

    def start(place, *request):
        crew = hire(1, [partial(places.die_at, place)])
        assert crew.at_once([Call(acts.post, *request)])[0].died
        stage.wait_for_end(crew.processes[0].pid)

    return start


@pytest.mark.parametrize("place", ["hold.recorded", *ENDS])
def test_a_hold_that_was_killed_is_repeated_with_its_key(crew, kill, stage, place):
    promo = stage.start()
    token = acts.issue_token(stage.world.alice)
    request = (token, RESERVATIONS, {"promo_id": promo.id}, "hold")
    kill(place, *request)
    is_held = int(place == "transaction.committed")
    checks.holders(is_held, promo.id)
    checks.kept_answers(is_held)
    for _ in range(2):
        (answer,) = crew.at_once([Call(acts.post, *request)])
        assert answer.value[0] == 201
        checks.holders(1, promo.id)
        checks.kept_answers(1)
    checks.nothing_is_broken()


@pytest.mark.parametrize("place", ["complete.recorded", *ENDS])
def test_a_purchase_that_was_killed_is_repeated_with_its_key(crew, kill, stage, place):
    promo = stage.start()
    token = acts.issue_token(stage.world.alice)
    (held,) = crew.at_once([Call(acts.post, token, RESERVATIONS, {"promo_id": promo.id}, "hold")])
    path = f"{RESERVATIONS}{json.loads(held.value[1])['id']}/complete/"
    kill(place, token, path, None, "sell")
    is_sold = place == "transaction.committed"
    checks.sales(promo.id, int(is_sold), sold_out=is_sold)
    checks.kept_answers(1 + is_sold)
    for _ in range(2):
        (answer,) = crew.at_once([Call(acts.post, token, path, None, "sell")])
        assert answer.value[0] == 200
        checks.sales(promo.id, 1, sold_out=True)
        checks.kept_answers(2)

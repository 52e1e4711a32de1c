"""A completion at the edge of its minute: never after it, however long it had to wait."""

import itertools
from datetime import timedelta

import pytest
from sqlalchemy import select

from flashpromo.checkout.hold import hold
from flashpromo.checkout.models import Reservation
from flashpromo.db import session, transaction
from tests.races import acts, checks, twins
from tests.races.crew import Call

ROUNDS = 100
HOLD_SECONDS = 60
AWAY = {"redis_url": "unix:///nowhere/redis.sock"}  # a hint must not keep a rival from trying


@pytest.fixture
def promo(stage):
    return stage.start(end_time=stage.world.now + timedelta(days=1))


def alice_holds(stage, promo):
    stage.unsold()
    with transaction():
        return hold(stage.world.alice, promo.id).reservation_id


def wait_behind_a_lock(crew, stage, clock, promo, table):
    """Alice completes in time, but waits for a lock until her minute is over."""
    reservation = alice_holds(stage, promo)
    with stage.locked(table, promo.id):
        crew.begin([Call(acts.complete, stage.world.alice, reservation)])
        stage.wait_for_blocked(1)
        clock.advance(seconds=HOLD_SECONDS)
    came = checks.outcomes(crew.answers())
    checks.demand(came == {"reservation_expired": 1}, came)
    checks.sales(promo.id, 0, sold_out=False)


@pytest.mark.parametrize("table", ["promo_run", "promo_unit"])
def test_a_completion_that_waited_past_its_minute_is_refused(hire, stage, clock, promo, table):
    crew = hire(1)
    for _ in range(ROUNDS):
        wait_behind_a_lock(crew, stage, clock, promo, table)
    stage.redis.flushdb()
    checks.nothing_is_broken()


@pytest.mark.parametrize("table", ["promo_run", "promo_unit"])
def test_reading_the_time_before_the_lock_is_caught(hire, stage, clock, promo, table):
    crew = hire(1, [twins.complete_by_an_early_clock])
    checks.assert_caught(
        lambda: wait_behind_a_lock(crew, stage, clock, promo, table),
        rounds=3,
    )


def test_a_unit_that_passed_to_another_while_the_first_holder_waited_stays_there(
    hire, stage, clock, promo
):
    crew = hire(1)
    (rival,) = stage.crowd(1)
    for _ in range(ROUNDS):
        reservation = alice_holds(stage, promo)
        with stage.locked("promo_run", promo.id):
            crew.begin([Call(acts.complete, stage.world.alice, reservation)])
            stage.wait_for_blocked(1)
            clock.advance(seconds=HOLD_SECONDS)
            acts.hold(rival, promo.id)
        came = checks.outcomes(crew.answers())
        checks.demand(came == {"reservation_expired": 1}, came)
        checks.sales(promo.id, 0, sold_out=False)
        checks.holders(1, promo.id)
    stage.redis.flushdb()
    checks.nothing_is_broken()


def race_around_the_expiry(crew, stage, clock, promo, rivals, offset):
    """Alice completes twice, `offset` seconds from her expiry, and two rivals want the unit."""
    reservation = alice_holds(stage, promo)
    clock.advance(seconds=HOLD_SECONDS - 0.030)
    expiry = expiry_of(reservation)
    late = [Call(acts.at, expiry + offset, acts.complete, stage.world.alice, reservation)] * 2
    holds = [Call(acts.at, expiry, acts.hold, rival, promo.id) for rival in rivals]
    answers = crew.at_once(late + holds)
    sold, passed_on = checks.outcomes(answers[:2]), checks.outcomes(answers[2:])
    checks.demand(set(sold) <= {"done", "reservation_expired"}, sold)
    checks.demand(set(passed_on) <= {"done", "already_held", "sold_out"}, passed_on)
    is_sold = bool(sold["done"])
    checks.demand(passed_on["done"] <= (0 if is_sold else 1), (sold, passed_on))
    checks.sales(promo.id, int(is_sold), sold_out=is_sold)
    checks.holders(passed_on["done"], promo.id)


def offsets():
    """From 20 ms before the expiry to 20 ms after it, again and again."""
    return (timedelta(milliseconds=number % 41 - 20) for number in itertools.count())


def expiry_of(reservation_id):
    where = Reservation.reservation_id == reservation_id
    return session().scalar(select(Reservation.expires_at).where(where))


def test_completions_around_the_expiry_sell_in_time_or_not_at_all(hire, stage, clock, promo):
    crew = hire(4, **AWAY)
    rivals = stage.crowd(2)
    for offset in itertools.islice(offsets(), ROUNDS):
        race_around_the_expiry(crew, stage, clock, promo, rivals, offset)
    stage.redis.flushdb()
    checks.nothing_is_broken()


def test_selling_without_a_look_at_the_expiry_is_caught(hire, stage, clock, promo):
    crew = hire(4, [twins.sell_without_expiry], **AWAY)
    rivals = stage.crowd(2)
    offset = offsets()
    with stage.without_constraints(
        ("promo_unit", "ck_promo_unit_sold_before_expiry"),
        ("reservation", "ck_reservation_completed_before_expiry"),
    ):
        checks.assert_caught(
            lambda: race_around_the_expiry(crew, stage, clock, promo, rivals, next(offset)),
            rounds=82,
        )

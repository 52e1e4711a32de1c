"""Ending a hold: bought once by its holder in its minute, or given back, or taken away."""

import pytest
from sqlalchemy import select

from flashpromo import campaign
from flashpromo.checkout import settle
from flashpromo.checkout.errors import ReservationCompleted, ReservationExpired
from flashpromo.checkout.models import Purchase, Reservation
from flashpromo.db import session, transaction
from flashpromo.errors import NotFound
from flashpromo.promos.models import PromoUnit
from flashpromo.promos.states import State
from tests.story import (
    activate,
    broken_promises,
    change,
    complete,
    forget_hints,
    release,
    state_of,
    take,
)


def purchases() -> list[tuple[int, int]]:
    return [(row.client_id, row.unit_no) for row in session().scalars(select(Purchase))]


def outcome(reservation_id) -> tuple[bool, str | None]:
    """Whether it was completed, and why it was released."""
    row = (
        session()
        .scalars(select(Reservation).where(Reservation.reservation_id == reservation_id))
        .one()
    )
    session().refresh(row)
    return row.completed_at is not None, row.release_reason


def test_completing_sells_the_unit_to_its_holder(world, held):
    done = complete(held)
    assert done.completed_at < held.expires_at
    assert purchases() == [(world.alice, 1)]
    unit = session().get(PromoUnit, (held.promo_id, 1), populate_existing=True)
    assert (unit.held_by, unit.sold_at) == (world.alice, done.completed_at)
    assert broken_promises() == set()


def test_completing_again_gives_the_same_answer(world, held):
    first = complete(held).completed_at
    assert complete(held).completed_at == first
    assert purchases() == [(world.alice, 1)]


def test_it_stays_the_same_answer_long_after(world, held, clock):
    first = complete(held).completed_at
    clock.advance(days=1)
    assert complete(held).completed_at == first


def test_both_of_its_names_serve(world, held):
    with transaction():
        assert settle.complete(world.alice, held.id).id == held.id
    with transaction():
        assert settle.complete(world.alice, held.reservation_id).id == held.id


def test_nobody_else_can_complete_or_release_it(world, held, gina):
    for step in (settle.complete, settle.release):
        for key in (held.id, held.reservation_id):
            with pytest.raises(NotFound), transaction():
                step(gina, key)
    assert purchases() == []
    assert complete(held).completed_at is not None


def test_after_its_minute_it_cannot_be_completed(world, held, clock):
    clock.advance(seconds=60)
    with pytest.raises(ReservationExpired) as refusal:
        complete(held)
    assert refusal.value.code == "reservation_expired"
    assert purchases() == []


def test_whose_unit_has_passed_on_cannot_take_it_back(world, held, gina, clock, redis):
    """The fence: the unit is held again, and by the same client even."""
    clock.advance(seconds=91)
    forget_hints(redis)
    again = take(world.alice, held.promo_id)
    for step in (complete, release):
        with pytest.raises(ReservationExpired):
            step(held)
    assert complete(again).completed_at is not None
    assert purchases() == [(world.alice, 1)]
    assert broken_promises() == set()


def test_releasing_gives_it_back_at_once(world, held, gina):
    assert release(held).release_reason == "released"
    assert take(gina, held.promo_id).client_id == gina
    assert broken_promises() == set()


def test_releasing_again_gives_the_same_answer(world, held, gina):
    first = release(held).released_at
    take(gina, held.promo_id)
    assert release(held).released_at == first
    assert broken_promises() == set()


def test_what_is_released_cannot_be_completed(world, held):
    release(held)
    with pytest.raises(ReservationExpired):
        complete(held)
    assert purchases() == []


def test_what_is_completed_cannot_be_released(world, held):
    complete(held)
    with pytest.raises(ReservationCompleted):
        release(held)
    assert purchases() == [(world.alice, 1)]


def test_what_has_expired_cannot_be_released(world, held, clock):
    clock.advance(seconds=60)
    with pytest.raises(ReservationExpired):
        release(held)
    assert outcome(held.reservation_id) == (False, None)


def test_cancelling_the_promo_releases_its_holds(world):
    promo = activate(world, quantity=2)
    sold = complete(take(world.alice, promo.id))
    waiting = take(world.carol, promo.id)
    with transaction():
        campaign.cancel(promo.id)
    assert outcome(sold.reservation_id) == (True, None)
    assert outcome(waiting.reservation_id) == (False, "cancelled")
    with pytest.raises(ReservationExpired):
        complete(waiting)
    assert purchases() == [(world.alice, sold.unit_no)]
    assert broken_promises() == set()


def test_deleting_the_promo_releases_its_holds(world, held):
    with transaction():
        campaign.delete(held.promo_id)
    assert outcome(held.reservation_id) == (False, "cancelled")
    with pytest.raises(ReservationExpired):
        complete(held)
    assert broken_promises() == set()


def test_a_hold_outlives_a_pause_and_a_withdrawal(world, held):
    """Its holder was promised a minute."""
    change(held.promo_id, is_active=False)
    assert complete(held).completed_at is not None
    assert broken_promises() == set()


def test_the_last_sale_ends_the_promo_for_all(world):
    promo = activate(world, quantity=2)
    first, second = take(world.alice, promo.id), take(world.carol, promo.id)
    complete(first)
    assert state_of(promo.id) is State.RUNNING
    complete(second)
    assert state_of(promo.id) is State.SOLD_OUT
    assert broken_promises() == set()

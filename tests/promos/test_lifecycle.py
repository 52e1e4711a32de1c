"""The life of a promo: from draft to its end, by the clock and by its merchant."""

from datetime import timedelta
from decimal import Decimal

import pytest

from flashpromo import campaign
from flashpromo.db import app_now, transaction
from flashpromo.errors import InvalidFields, NotFound
from flashpromo.promos import lifecycle
from flashpromo.promos.errors import PromoFinished, WrongState
from flashpromo.promos.states import State
from tests.story import (
    activate,
    activate_due,
    broken_promises,
    change,
    complete,
    publish,
    run_of,
    state_of,
    take,
    terms,
)


def draft(world, **changes):
    with transaction():
        return lifecycle.create(terms(world, **changes))


def pause(promo_id):
    with transaction():
        return lifecycle.pause(promo_id)


def resume(promo_id):
    with transaction():
        return lifecycle.resume(promo_id)


def test_it_runs_its_course_by_the_clock(world, clock):
    start = app_now() + timedelta(hours=1)
    promo = draft(world, start_time=start, end_time=start + timedelta(hours=1))
    assert state_of(promo.id) is State.DRAFT
    change(promo.id, is_active=True)
    assert state_of(promo.id) is State.SCHEDULED
    assert activate_due() == {}
    clock.advance(hours=1)
    assert state_of(promo.id) is State.RUNNING
    assert activate_due() == {promo.id: 1}
    clock.advance(hours=1)
    assert state_of(promo.id) is State.ENDED
    with transaction():
        assert campaign.withdraw_finished() == [promo.id]
    assert state_of(promo.id) is State.ENDED
    assert run_of(promo.id).ended_at is not None
    assert broken_promises() == set()


def test_published_after_its_start_it_activates_at_once(world):
    past = app_now() - timedelta(hours=1)
    promo = publish(world, start_time=past)
    assert state_of(promo.id) is State.RUNNING
    assert activate_due() == {promo.id: 1}


def test_a_draft_is_never_activated(world):
    draft(world)
    assert activate_due() == {}


def test_what_is_over_already_cannot_be_published(world, clock):
    past = {"start_time": world.now - timedelta(hours=2), "end_time": world.now}
    with pytest.raises(InvalidFields) as refusal:
        publish(world, **past)
    assert set(refusal.value.fields) == {"end_time"}
    promo = draft(world, **past)  # a draft may wait for better times
    with pytest.raises(InvalidFields):
        change(promo.id, is_active=True)
    change(promo.id, is_active=True, end_time=world.now + timedelta(hours=1))
    assert state_of(promo.id) is State.RUNNING


def test_a_published_promo_cannot_be_ended_by_moving_its_end(world):
    promo = activate(world)
    with pytest.raises(InvalidFields):
        change(promo.id, end_time=app_now() - timedelta(seconds=1))
    assert state_of(promo.id) is State.RUNNING


def test_withdrawn_it_is_a_draft_again(world):
    promo = activate(world)
    change(promo.id, is_active=False)
    assert state_of(promo.id) is State.DRAFT
    change(promo.id, is_active=True)
    assert state_of(promo.id) is State.RUNNING
    assert activate_due() == {}  # its audience has been told


def test_moved_to_a_later_start_it_is_activated_again(world, clock):
    promo = activate(world)
    later = app_now() + timedelta(days=1)
    change(promo.id, start_time=later, end_time=later + timedelta(hours=1))
    assert state_of(promo.id) is State.SCHEDULED
    assert run_of(promo.id).activated_at is None
    clock.advance(days=1)
    assert activate_due() == {promo.id: 1}  # another day, another slot
    assert broken_promises() == set()


def test_moved_to_later_the_same_day_nobody_is_told_twice(world, clock):
    promo = activate(world)
    change(promo.id, start_time=app_now() + timedelta(seconds=30))
    clock.advance(seconds=30)
    assert activate_due() == {promo.id: 0}


def test_paused_it_stands_still_and_goes_on(world):
    promo = activate(world)
    assert state_of(pause(promo.id).id) is State.PAUSED
    first = run_of(promo.id).paused_at
    assert pause(promo.id).run.paused_at == first  # repeated, no error
    assert state_of(resume(promo.id).id) is State.RUNNING
    assert state_of(resume(promo.id).id) is State.RUNNING


def test_a_pause_does_not_stop_the_end(world, clock):
    promo = activate(world)
    pause(promo.id)
    clock.advance(hours=2)
    assert state_of(promo.id) is State.ENDED


@pytest.mark.parametrize("step", [lifecycle.pause, lifecycle.resume, campaign.cancel])
def test_a_draft_can_only_be_published(world, step):
    promo = draft(world)
    with pytest.raises(WrongState) as refusal, transaction():
        step(promo.id)
    assert refusal.value.extra["state"] == "draft"


def over(world, clock, how: str) -> int:
    promo = activate(world)
    if how == "sold_out":
        complete(take(world.alice, promo.id))
    elif how == "cancelled":
        with transaction():
            campaign.cancel(promo.id)
    else:
        clock.advance(hours=2)
    return promo.id


@pytest.mark.parametrize("how", ["sold_out", "cancelled", "ended"])
@pytest.mark.parametrize("withdrawn", [False, True])
def test_what_is_over_stays_over(world, clock, how, withdrawn):
    promo_id = over(world, clock, how)
    if withdrawn:
        with transaction():
            campaign.withdraw_finished()
    assert state_of(promo_id).value == how
    with pytest.raises(PromoFinished):
        change(promo_id, promo_price=Decimal("1.00"))
    with pytest.raises(PromoFinished):
        change(promo_id, is_active=True)
    for step in (pause, resume):
        with pytest.raises(WrongState):
            step(promo_id)
    assert state_of(promo_id).value == how
    assert broken_promises() == set()


def test_cancelling_again_is_no_error(world):
    promo = activate(world)
    for _ in range(2):
        with transaction():
            assert campaign.cancel(promo.id).run.cancelled_at is not None
    assert state_of(promo.id) is State.CANCELLED


@pytest.mark.parametrize("how", ["sold_out", "ended"])
def test_what_is_over_cannot_be_cancelled(world, clock, how):
    promo_id = over(world, clock, how)
    with pytest.raises(PromoFinished), transaction():
        campaign.cancel(promo_id)


def test_deleted_it_is_gone_and_its_history_is_not(world):
    promo = activate(world, quantity=2)
    sold = complete(take(world.alice, promo.id))
    with transaction():
        campaign.delete(promo.id)
    for step in (pause, resume, state_of):
        with pytest.raises(NotFound):
            step(promo.id)
    with pytest.raises(NotFound):
        change(promo.id, quantity=3)
    assert complete(sold).completed_at == sold.completed_at
    assert broken_promises() == set()

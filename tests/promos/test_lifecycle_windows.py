"""Published promos of one product never overlap; what is over blocks nothing."""

from datetime import timedelta

import pytest

from flashpromo import campaign
from flashpromo.db import app_now, transaction
from flashpromo.promos import lifecycle
from flashpromo.promos.errors import PromoOverlaps
from flashpromo.promos.states import State
from tests.story import (
    activate,
    broken_promises,
    change,
    complete,
    publish,
    state_of,
    take,
    terms,
)


def test_a_second_promo_in_the_same_window_is_refused_and_the_first_is_named(world):
    first = activate(world)
    with pytest.raises(PromoOverlaps) as refusal:
        publish(
            world,
            start_time=first.end_time - timedelta(seconds=1),
            end_time=first.end_time + timedelta(hours=1),
        )
    assert refusal.value.extra["promo_ids"] == [first.id]
    assert refusal.value.code == "promo_overlaps"


def test_one_after_the_other_is_no_overlap(world):
    first = activate(world)
    second = publish(world, start_time=first.end_time, end_time=first.end_time + timedelta(hours=1))
    assert state_of(second.id) is State.SCHEDULED
    assert broken_promises() == set()


def test_drafts_may_overlap_until_they_are_published(world):
    first = activate(world)
    with transaction():
        second = lifecycle.create(terms(world))
    with pytest.raises(PromoOverlaps):
        change(second.id, is_active=True)
    assert state_of(second.id) is State.DRAFT
    change(first.id, is_active=False)
    change(second.id, is_active=True)
    assert state_of(second.id) is State.RUNNING


def test_moving_into_another_one_is_refused(world):
    first = activate(world)
    later = first.end_time
    second = publish(world, start_time=later, end_time=later + timedelta(hours=1))
    with pytest.raises(PromoOverlaps) as refusal:
        change(second.id, start_time=later - timedelta(minutes=1))
    assert refusal.value.extra["promo_ids"] == [first.id]
    change(second.id, end_time=later + timedelta(hours=2))  # its own window is no obstacle


@pytest.mark.parametrize("how", ["sold_out", "cancelled", "ended"])
def test_what_is_over_blocks_nothing_swept_or_not(world, clock, how):
    first = activate(world, end_time=app_now() + timedelta(hours=1))
    if how == "sold_out":
        complete(take(world.alice, first.id))
    elif how == "cancelled":
        with transaction():
            campaign.cancel(first.id)
    else:
        clock.advance(hours=1)
    second = publish(world, start_time=first.start_time)
    assert state_of(second.id) is State.RUNNING
    assert state_of(first.id).value == how
    assert broken_promises() == set()

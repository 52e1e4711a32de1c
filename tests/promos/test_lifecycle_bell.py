"""The bell of the activation follows the promo: no orphan job, no forgotten start."""

from contextlib import suppress
from datetime import timedelta

import pytest

from flashpromo import campaign
from flashpromo.db import app_now, transaction
from flashpromo.promos import catalogue, lifecycle
from flashpromo.promos.errors import PromoOverlaps
from flashpromo.queueing.names import ACTIVATE, ACTIVATION
from tests.story import activate, broken_promises, change, publish, rung, terms, timetable_of


@pytest.fixture
def later():
    """Tomorrow at a whole second, as merchants choose it."""
    return (app_now() + timedelta(days=1)).replace(microsecond=0)


@pytest.fixture
def promo(world, later):
    """It starts tomorrow."""
    return publish(world, start_time=later, end_time=later + timedelta(hours=1))


def test_a_promo_to_come_has_one_job_of_its_own_name(redis, promo, later):
    assert timetable_of(redis) == {f"activate-{promo.id}": later}
    assert rung(redis, ACTIVATION) == []


def test_a_moved_start_moves_the_same_job(redis, promo, later):
    for shift in (2, 1, 3):
        moved = later + timedelta(hours=shift)
        change(promo.id, start_time=moved, end_time=moved + timedelta(hours=1))
        assert timetable_of(redis) == {f"activate-{promo.id}": moved}


def test_a_broken_second_rings_after_the_start_not_before(world, redis, later):
    start = later + timedelta(milliseconds=1)
    promo = publish(world, start_time=start, end_time=later + timedelta(hours=1))
    assert timetable_of(redis) == {f"activate-{promo.id}": later + timedelta(seconds=1)}


def test_an_edit_that_moves_nothing_keeps_it(redis, promo, later):
    change(promo.id, quantity=3)
    assert timetable_of(redis) == {f"activate-{promo.id}": later}


def test_a_running_one_is_rung_at_once(world, redis):
    promo = publish(world)
    assert timetable_of(redis) == {}
    assert rung(redis, ACTIVATION) == [(ACTIVATE, promo.id)]


def test_moved_into_the_past_it_is_rung_at_once(redis, promo):
    change(promo.id, start_time=app_now() - timedelta(minutes=1))
    assert timetable_of(redis) == {}
    assert rung(redis, ACTIVATION) == [(ACTIVATE, promo.id)]


def test_a_draft_has_none(world, redis, later):
    with transaction():
        lifecycle.create(terms(world, start_time=later, end_time=later + timedelta(hours=1)))
    assert timetable_of(redis) == {}
    assert redis.keys("rq:*") == []


END_BY = {
    "withdrawn": lambda promo_id: lifecycle.change(promo_id, {}, is_active=False),
    "paused": lifecycle.pause,
    "cancelled": campaign.cancel,
    "deleted": campaign.delete,
}


@pytest.mark.parametrize("how", END_BY)
def test_what_will_not_start_leaves_no_job(redis, promo, how):
    with transaction():
        END_BY[how](promo.id)
    assert timetable_of(redis) == {}
    assert redis.keys("rq:job:activate*") == []
    assert rung(redis, ACTIVATION) == []
    assert broken_promises() == set()


def test_published_again_it_has_its_job_again(redis, promo, later):
    change(promo.id, is_active=False)
    change(promo.id, is_active=True)
    assert timetable_of(redis) == {f"activate-{promo.id}": later}


def test_paused_over_its_start_it_catches_up_when_resumed(redis, promo, clock):
    with transaction():
        lifecycle.pause(promo.id)
    clock.advance(days=1, minutes=1)
    with transaction():
        assert campaign.activate_due().notified == {}
    with transaction():
        lifecycle.resume(promo.id)
    assert rung(redis, ACTIVATION) == [(ACTIVATE, promo.id)]
    with transaction():
        assert campaign.activate_due().notified == {promo.id: 1}


def test_resumed_before_its_start_it_waits_again(redis, promo, later):
    with transaction():
        lifecycle.pause(promo.id)
    with transaction():
        lifecycle.resume(promo.id)
    assert timetable_of(redis) == {f"activate-{promo.id}": later}


def test_an_activated_one_is_not_rung_again(world, redis):
    promo = activate(world)
    redis.flushdb()
    change(promo.id, quantity=2)
    assert redis.keys("rq:*") == []


def test_a_rolled_back_publication_leaves_nothing_in_redis(world, redis, later):
    for start in (app_now(), later):
        wanted = terms(world, start_time=start, end_time=later + timedelta(hours=1))
        with suppress(ZeroDivisionError), transaction():
            lifecycle.create(wanted, publish=True)
            raise ZeroDivisionError
    assert redis.keys("rq:*") == []


def test_a_refused_publication_leaves_nothing_in_redis(world, redis, promo, later):
    before = set(redis.keys("rq:*"))
    with pytest.raises(PromoOverlaps):
        publish(world, start_time=later, end_time=later + timedelta(hours=1))
    assert set(redis.keys("rq:*")) == before
    assert list(timetable_of(redis)) == [f"activate-{promo.id}"]


def test_a_rolled_back_cancellation_keeps_the_job(redis, promo, later):
    with suppress(ZeroDivisionError), transaction():
        campaign.cancel(promo.id)
        raise ZeroDivisionError
    assert timetable_of(redis) == {f"activate-{promo.id}": later}


def test_a_product_that_goes_takes_no_job_with_it(world, redis, promo):
    with suppress(Exception), transaction():
        catalogue.remove_product(world.product_id, None)
    assert list(timetable_of(redis)) == [f"activate-{promo.id}"]

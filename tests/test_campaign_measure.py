"""Whom an activation reached, told or not: counted right after it, by a bell or by the sweep."""

from datetime import timedelta

import pytest
from sqlalchemy import text

from flashpromo import campaign, jobs
from flashpromo.audience import clients
from flashpromo.cli import rounds
from flashpromo.db import app_now, session, transaction
from flashpromo.queueing.names import DELIVERY
from tests.story import activate, activate_due, change, publish, run_of, rung


def measure(promo_id: int) -> int | None:
    with transaction():
        return campaign.measure(promo_id)


def test_told_or_not_everybody_in_reach_is_the_audience(world):
    """Alice is told; Carol, who has muted promos, is reached all the same."""
    promo = activate(world)
    assert run_of(promo.id).audience_count is None
    jobs.measure(promo.id)
    assert run_of(promo.id).notified_count == 1
    assert run_of(promo.id).audience_count == 2


def test_who_was_told_and_has_left_is_not_missed(world):
    promo = activate(world)
    with transaction():
        clients.change(world.alice, {"latitude": 0.0, "longitude": 0.0})
    assert measure(promo.id) == 2


def test_who_was_told_by_another_promo_is_reached(world):
    activate(world)
    with transaction():
        second = world.add_product("Keyboard")
    promo = activate(world, product_id=second)
    assert run_of(promo.id).notified_count == 0
    assert measure(promo.id) == 2


def test_the_age_of_a_location_is_that_of_the_activation(world, clock):
    promo = activate(world)
    clock.advance(days=31)
    assert measure(promo.id) == 2


def test_it_is_counted_once(world):
    promo = activate(world)
    assert measure(promo.id) == 2
    with transaction():
        world.add_client("late")
    assert measure(promo.id) is None
    assert run_of(promo.id).audience_count == 2


def test_before_the_activation_there_is_nothing_to_count(world):
    assert measure(publish(world).id) is None
    assert measure(999) is None


def test_a_promo_that_is_moved_is_counted_anew(world):
    promo = activate(world)
    measure(promo.id)
    start = app_now() + timedelta(days=1)
    change(promo.id, start_time=start, end_time=start + timedelta(hours=1))
    assert run_of(promo.id).audience_count is None


@pytest.fixture
def lost(world, redis):
    """A promo that is active, and whose bells are lost."""
    promo = activate(world)
    redis.flushdb()
    return promo


def test_the_sweep_counts_what_was_lost(lost, clock):
    rounds.sweep_audiences()
    assert run_of(lost.id).audience_count is None
    clock.advance(seconds=4)
    rounds.sweep_audiences()
    assert run_of(lost.id).audience_count == 2


def test_but_not_what_is_long_past(lost, clock):
    clock.advance(hours=1, seconds=1)
    rounds.sweep_audiences()
    assert run_of(lost.id).audience_count is None


def test_one_that_cannot_be_counted_does_not_hold_up_the_others(world, clock, monkeypatch):
    first = activate(world)
    with transaction():
        second = world.add_product("Keyboard")
    other = activate(world, product_id=second)
    count = campaign.measure

    def fail_for_the_first(promo_id):
        return session().execute(text("SELECT 1 / 0")) if promo_id == first.id else count(promo_id)

    monkeypatch.setattr(campaign, "measure", fail_for_the_first)
    clock.advance(seconds=4)
    rounds.sweep_audiences()
    assert run_of(first.id).audience_count is None
    assert run_of(other.id).audience_count == 2


def test_of_a_large_wave_only_some_ring(world, redis, monkeypatch):
    monkeypatch.setattr(campaign, "COUNTED_BY_BELL", 1)
    promo_ids = []
    for name in ("one", "two"):
        with transaction():
            product_id = world.add_product(name)
        promo_ids.append(publish(world, product_id=product_id).id)
    activate_due()
    assert [each for each in rung(redis, DELIVERY) if each[0] == "measure"] == [
        ("measure", promo_ids[0])
    ]

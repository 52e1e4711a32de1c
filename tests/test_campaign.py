"""Activating a promo: late, twice or for nothing, it does nothing wrong."""

from contextlib import suppress
from datetime import timedelta

import pytest
from sqlalchemy import select

from flashpromo import campaign, jobs
from flashpromo.db import app_now, session, transaction
from flashpromo.notify.models import Delivery, Notification
from flashpromo.promos import lifecycle
from tests.story import (
    activate,
    activate_due,
    broken_promises,
    change,
    complete,
    notified,
    publish,
    run_of,
    take,
    terms,
)


def test_tells_only_who_is_near_in_segment_opted_in_and_fresh(world):
    promo = activate(world)
    assert notified() == {world.alice}
    row = session().scalars(select(Notification)).one()
    assert row.promo_id == promo.id
    assert row.distance_m == pytest.approx(100, abs=1)
    assert row.segment_id == world.new_users
    run = run_of(promo.id)
    assert run.notified_count == 1
    assert run.activated_at < run.notified_at <= app_now()
    assert session().scalars(select(Delivery.channel)).all() == ["log"]
    assert broken_promises() == set()


def test_late_it_still_tells_whom_the_promo_reaches_now(world, clock):
    promo = publish(world)
    clock.advance(hours=1)
    assert activate_due() == {promo.id: 1}
    assert run_of(promo.id).activated_at > promo.start_time + timedelta(hours=1)


def test_too_late_it_tells_nobody(world, clock):
    publish(world)
    clock.advance(hours=2)
    assert activate_due() == {}
    assert notified() == set()


def test_twice_it_tells_nobody_twice(world):
    promo = activate(world)
    first = run_of(promo.id).activated_at
    assert activate_due() == {}
    assert activate_due(promo.id) == {}
    assert run_of(promo.id).activated_at == first


def test_too_early_it_tells_nobody(world):
    promo = publish(world, start_time=app_now() + timedelta(minutes=1))
    assert activate_due() == activate_due(promo.id) == {}
    assert run_of(promo.id).activated_at is None


def leave_a_draft(world):
    with transaction():
        return lifecycle.create(terms(world))


def withdraw(world):
    return change(publish(world).id, is_active=False)


def pause(world):
    promo = publish(world)
    with transaction():
        return lifecycle.pause(promo.id)


def cancel(world):
    promo = publish(world)
    with transaction():
        return campaign.cancel(promo.id)


def delete(world):
    promo = publish(world)
    with transaction():
        campaign.delete(promo.id)
    return promo


def sell_out(world):
    promo = publish(world)
    complete(take(world.alice, promo.id))
    return promo


@pytest.mark.parametrize("step", [leave_a_draft, withdraw, pause, cancel, delete, sell_out])
def test_what_does_not_run_is_not_activated(world, step):
    promo = step(world)
    assert activate_due() == activate_due(promo.id) == {}
    jobs.activate(promo.id)
    assert notified() == set()
    assert run_of(promo.id).activated_at is None
    assert broken_promises() == set()


def test_a_bell_for_nothing_is_no_error(world):
    jobs.activate(999)
    assert notified() == set()


def test_one_bell_activates_whatever_is_due(world):
    with transaction():
        products = [world.add_product(name) for name in ("Loudspeaker", "Cable")]
    first, second = (publish(world, product_id=each) for each in products)
    jobs.activate(first.id)
    assert run_of(first.id).activated_at == run_of(second.id).activated_at is not None


def test_asked_for_one_only_that_one_is_activated(world):
    with transaction():
        other = world.add_product("Loudspeaker")
    first, second = publish(world), publish(world, product_id=other)
    assert activate_due(second.id) == {second.id: 1}
    assert run_of(first.id).activated_at is None


def test_an_activation_that_fails_leaves_the_promo_due(world, redis):
    promo = publish(world)
    redis.flushdb()
    with suppress(ZeroDivisionError), transaction():
        campaign.activate_due()
        raise ZeroDivisionError
    assert notified() == set()
    assert redis.keys("rq:*") == []
    assert activate_due() == {promo.id: 1}

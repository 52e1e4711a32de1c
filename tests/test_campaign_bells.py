"""Bells that come early, and what an activation and an end set going."""

import json
import time
from datetime import timedelta
from decimal import Decimal

from flashpromo import campaign, jobs
from flashpromo.audience import clients
from flashpromo.db import app_now, transaction
from flashpromo.news.topic import topic_of
from flashpromo.promos import lifecycle
from flashpromo.promos.states import State
from flashpromo.queueing.names import ACTIVATION, DELIVERY
from tests.story import (
    activate,
    activate_due,
    broken_promises,
    change,
    complete,
    notified,
    publish,
    run_of,
    rung,
    state_of,
    take,
    terms,
    timetable_of,
)


def test_a_bell_that_comes_a_little_early_waits_for_the_start(world):
    promo = publish(world, start_time=app_now() + timedelta(seconds=1))
    jobs.activate(promo.id)
    assert run_of(promo.id).activated_at >= promo.start_time
    assert notified() == {world.alice}


def test_a_bell_that_comes_much_too_early_is_set_anew(world, redis):
    start = (app_now() + timedelta(minutes=5)).replace(microsecond=0)
    promo = publish(world, start_time=start)
    redis.flushdb()
    began = time.monotonic()
    jobs.activate(promo.id)
    assert time.monotonic() - began < 2
    assert timetable_of(redis) == {f"activate-{promo.id}": start}
    assert notified() == set()


def test_how_long_to_the_start(world):
    promo = publish(world, start_time=app_now() + timedelta(minutes=1))
    assert 55 < campaign.seconds_to_start(promo.id) <= 60
    change(promo.id, is_active=False)
    assert campaign.seconds_to_start(promo.id) == 0
    assert campaign.seconds_to_start(999) == 0


def test_its_deliveries_are_rung_for_once_it_is_committed(world, redis):
    promo = publish(world)
    with transaction():
        campaign.activate_due()
        assert rung(redis, DELIVERY) == []
    assert rung(redis, DELIVERY) == [("deliver", promo.id), ("measure", promo.id)]


def test_a_promo_that_reaches_nobody_rings_for_no_delivery(world, redis):
    with transaction():
        nowhere = lifecycle.create(terms(world, max_distance_km=Decimal("0.000001")), publish=True)
    assert activate_due() == {nowhere.id: 0}
    assert rung(redis, DELIVERY) == [("measure", nowhere.id)]


def test_listeners_are_woken_once_it_is_committed(world, redis):
    promo = publish(world)
    with redis.pubsub() as listener:
        listener.subscribe(topic_of(redis))
        assert listener.get_message(timeout=5)["type"] == "subscribe"
        with transaction():
            campaign.activate_due()
            assert listener.get_message(timeout=0.05) is None
        heard = listener.get_message(timeout=5)
    assert json.loads(heard["data"]) == {"event": "activated", "promo_ids": [promo.id]}


def test_what_is_over_is_withdrawn_once(world, clock, redis):
    ended = activate(world)
    with transaction():
        other = world.add_product("Loudspeaker")
    sold = activate(world, product_id=other)
    complete(take(world.alice, sold.id))
    assert ("withdraw", sold.id) in rung(redis, ACTIVATION)
    clock.advance(hours=2)
    with transaction():
        assert campaign.withdraw_finished() == [ended.id, sold.id]
    with transaction():
        assert campaign.withdraw_finished() == []
    assert run_of(ended.id).ended_at is not None
    assert run_of(sold.id).ended_at is None  # it was sold out before
    assert (state_of(ended.id), state_of(sold.id)) == (State.ENDED, State.SOLD_OUT)
    assert broken_promises() == set()


def test_a_client_that_is_deleted_stays_on_the_record(world):
    promo = activate(world)
    complete(take(world.alice, promo.id))
    with transaction():
        clients.remove(world.alice)
    assert notified() == {world.alice}
    assert broken_promises() == set()

"""What cannot be of use any more is skipped with its reason; what can, waits; nothing is lost."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from flashpromo import campaign, jobs
from flashpromo.audience import clients
from flashpromo.db import app_now, session, transaction
from flashpromo.errors import NotFound
from flashpromo.notify import delivery
from flashpromo.notify.channels.protocol import SENT
from flashpromo.notify.models import Delivery
from flashpromo.promos import lifecycle, queries
from flashpromo.queueing.names import DELIVERY
from tests.notify.channels import fails
from tests.story import activate, broken_promises, change, complete, rung, take


def row() -> Delivery:
    return session().scalars(select(Delivery).execution_options(populate_existing=True)).one()


@pytest.fixture
def promo(world, post):
    """Alice is notified, and her message waits."""
    return activate(world)


def withdraw(world, promo, clock):
    change(promo.id, is_active=False)


def move(world, promo, clock):
    later = app_now() + timedelta(hours=1)
    change(promo.id, start_time=later)


def end(world, promo, clock):
    clock.advance(hours=2)


def sell_out(world, promo, clock):
    complete(take(world.carol, promo.id))


def cancel(world, promo, clock):
    with transaction():
        campaign.cancel(promo.id)


def delete(world, promo, clock):
    with transaction():
        campaign.delete(promo.id)


REASONS = {
    withdraw: "promo_withdrawn",
    move: "promo_moved",
    end: "promo_ended",
    sell_out: "promo_sold_out",
    cancel: "promo_cancelled",
    delete: "promo_cancelled",
}


@pytest.mark.parametrize(("step", "reason"), REASONS.items())
def test_it_is_skipped_with_the_reason(world, promo, post, clock, step, reason):
    step(world, promo, clock)
    jobs.deliver(promo.id)
    assert (row().state, row().reason) == ("skipped", reason)
    assert row().finished_at is not None
    assert post.sent == []
    assert broken_promises() == set()


@pytest.mark.parametrize("step", [sell_out, cancel, delete])
def test_the_bell_is_rung_for_it_at_once(world, promo, redis, clock, step):
    redis.flushdb()
    step(world, promo, clock)
    assert ("deliver", promo.id) in rung(redis, DELIVERY)


@pytest.mark.parametrize("step", REASONS)
def test_and_the_sweep_would_find_it_anyway(world, promo, clock, step):
    step(world, promo, clock)
    assert [promo_id for promo_id, _ in delivery.waiting(app_now())] == [promo.id]


def test_a_pause_makes_it_wait_and_a_resumption_sends_it(world, promo, post):
    with transaction():
        lifecycle.pause(promo.id)
    jobs.deliver(promo.id)
    assert (row().state, row().attempts) == ("pending", 0)
    with transaction():
        lifecycle.resume(promo.id)
    jobs.deliver(promo.id)
    assert row().state == "sent"


def test_a_pause_that_outlasts_the_promo_skips_it(world, promo, post, clock):
    with transaction():
        lifecycle.pause(promo.id)
    clock.advance(hours=2)
    jobs.deliver(promo.id)
    assert (row().state, row().reason) == ("skipped", "promo_ended")


def test_what_is_on_its_way_is_left_to_who_sends_it(world, promo, post, clock):
    """Sent is sent: it must not be told as skipped."""
    with transaction():
        batch = delivery.claim(queries.any_promo(promo.id), "log")
    cancel(world, promo, clock)
    jobs.deliver(promo.id)
    assert row().state == "pending"
    with transaction():
        assert delivery.settle(batch, [SENT]) == 1
    assert row().state == "sent"


def test_a_sender_that_died_on_a_promo_that_is_over_leaves_nothing_pending(
    world, promo, post, clock
):
    with transaction():
        delivery.claim(queries.any_promo(promo.id), "log")
    cancel(world, promo, clock)
    clock.advance(seconds=30)
    jobs.deliver(promo.id)
    assert (row().state, row().reason) == ("skipped", "promo_cancelled")


def test_a_retry_that_waits_is_skipped_at_once(world, promo, post, clock):
    post.answer = fails()
    jobs.deliver(promo.id)
    cancel(world, promo, clock)
    jobs.deliver(promo.id)
    assert (row().state, row().reason) == ("skipped", "promo_cancelled")
    assert len(post.sent) == 1


def test_who_opts_out_before_it_is_rung_is_not(world, promo, post):
    with transaction():
        clients.change(world.alice, {"opted_in": False})
    jobs.deliver(promo.id)
    assert (row().state, row().reason) == ("skipped", "opted_out")
    assert post.sent == []


def test_a_channel_that_is_no_longer_served_keeps_nothing_pending_past_the_end(
    world, promo, post, clock, with_settings
):
    with_settings(channels=("inbox", "log"))
    with transaction():
        session().execute(Delivery.__table__.update().values(channel="fax"))
    jobs.deliver(promo.id)
    assert row().state == "pending"
    clock.advance(hours=2)
    jobs.deliver(promo.id)
    assert (row().state, row().reason) == ("skipped", "promo_ended")


def test_a_promo_that_never_was_has_nothing_to_deliver(context):
    with pytest.raises(NotFound):
        jobs.deliver(999)

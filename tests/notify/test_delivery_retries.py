"""What fails is tried again with growing pauses until the promo ends, and then told as failed."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from flashpromo import jobs
from flashpromo.db import app_now, session, transaction
from flashpromo.notify.channels.protocol import SENT, Outcome
from flashpromo.notify.models import Delivery
from tests.notify.channels import fails
from tests.story import activate, broken_promises


def row() -> Delivery:
    return session().scalars(select(Delivery).execution_options(populate_existing=True)).one()


@pytest.fixture
def promo(world, post):
    """It tells Alice, and nothing gets through to her."""
    post.answer = fails("busy")
    return activate(world)


def test_pauses_double_until_it_is_sent(promo, post, clock):
    pauses = []
    for _ in range(5):
        before = app_now()
        jobs.deliver(promo.id)
        assert (row().state, row().reason) == ("pending", "busy")
        pauses.append(round((row().next_attempt_at - before).total_seconds()))
        jobs.deliver(promo.id)  # too early: nothing happens
        clock.advance(seconds=pauses[-1] + 1)
    assert pauses == [2, 4, 8, 16, 32]
    post.answer = lambda _: SENT
    jobs.deliver(promo.id)
    assert (row().state, row().attempts, row().reason) == ("sent", 6, None)
    assert {message.idempotency_key for message in post.sent} == {post.sent[0].idempotency_key}
    assert [message.attempt for message in post.sent] == [1, 2, 3, 4, 5, 6]


def test_no_attempt_is_planned_for_after_the_end(promo, post, clock):
    clock.advance(hours=1, minutes=59, seconds=30)
    for _ in range(4):
        jobs.deliver(promo.id)
        clock.advance(seconds=5)
    before_end = promo.end_time - timedelta(seconds=3)
    clock.advance(seconds=(before_end - app_now()).total_seconds())
    jobs.deliver(promo.id)
    assert row().state == "failed"
    assert row().finished_at < promo.end_time
    assert row().reason == "busy"


def test_what_can_never_succeed_is_not_tried_again(promo, post):
    post.answer = fails("no such address", permanent=True)
    jobs.deliver(promo.id)
    assert (row().state, row().attempts, row().reason) == ("failed", 1, "no such address")


def test_a_channel_that_breaks_counts_as_a_failure_of_the_batch(promo, post, clock):
    post.meanwhile = lambda: 1 / 0
    jobs.deliver(promo.id)
    assert (row().state, row().reason) == ("pending", "ZeroDivisionError")
    post.meanwhile, post.answer = lambda: None, lambda _: SENT
    clock.advance(seconds=3)
    jobs.deliver(promo.id)
    assert row().state == "sent"


def test_one_failure_does_not_concern_the_others(world, post, clock):
    with transaction():
        unlucky = world.add_client("unlucky", metres=10)
    post.answer = lambda message: Outcome("busy") if message.client_id == unlucky else SENT
    promo = activate(world)
    jobs.deliver(promo.id)
    clock.advance(seconds=3)
    jobs.deliver(promo.id)
    assert [message.client_id for message in post.batches[1]] == [unlucky]


def test_pauses_stop_growing_and_attempts_go_on_until_the_end(promo, post, clock, with_settings):
    with_settings(delivery_longest_retry_seconds=4, delivery_retry_seconds=1)
    for attempt in range(1, 13):
        jobs.deliver(promo.id)
        assert (row().state, row().attempts) == ("pending", attempt)
        clock.advance(seconds=5)
    assert broken_promises() == set()

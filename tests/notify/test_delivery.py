"""Deliveries: claimed in batches under a lease, sent outside of any transaction, then settled."""

import threading
from datetime import timedelta

import pytest
from sqlalchemy import event, select

from flashpromo import jobs
from flashpromo.db import app_now, db, session, transaction
from flashpromo.notify import delivery
from flashpromo.notify.channels import registry
from flashpromo.notify.channels.protocol import SENT
from flashpromo.notify.models import Delivery
from flashpromo.promos import queries
from tests.notify.channels import Post
from tests.story import activate, broken_promises


def rows() -> list[Delivery]:
    query = select(Delivery).order_by(Delivery.client_id, Delivery.channel)
    return list(session().scalars(query.execution_options(populate_existing=True)))


def states() -> list[str]:
    return [row.state for row in rows()]


def claim(promo_id: int, channel: str = "log"):
    with transaction():
        return delivery.claim(queries.any_promo(promo_id), channel)


def settle(batch, outcomes) -> int:
    with transaction():
        return delivery.settle(batch, outcomes)


@pytest.fixture
def crowd(world):
    """Five clients near the store, Alice among them."""
    with transaction():
        return [world.alice, *(world.add_client(f"neighbour{n}", metres=n) for n in range(4))]


@pytest.fixture
def promo(crowd, world, post):
    return activate(world)


def test_everybody_who_was_notified_is_sent_one_message(world, promo, crowd, post):
    jobs.deliver(promo.id)
    assert sorted(message.client_id for message in post.sent) == sorted(crowd)
    assert states() == ["sent"] * 5
    assert all(row.finished_at and row.attempts == 1 and not row.lease_token for row in rows())
    assert broken_promises() == set()


def test_what_is_sent_says_what_where_how_much_and_how_far(world, promo, post):
    jobs.deliver(promo.id)
    offer = post.offers[0]
    assert (offer.product_name, offer.store_name) == ("Headphones XYZ", "TechShop")
    assert (offer.promo_price, offer.regular_price) == (promo.promo_price, promo.regular_price)
    assert offer.end_time == promo.end_time
    (to_alice,) = [message for message in post.sent if message.client_id == world.alice]
    assert to_alice.distance_m == pytest.approx(100, abs=1)
    assert to_alice.idempotency_key == f"{world.alice}-{to_alice.local_day:%Y%m%d}-log"


def test_once_sent_nothing_is_sent_again(promo, post):
    for _ in range(3):
        jobs.deliver(promo.id)
    assert len(post.sent) == 5


def test_batches_are_bounded(with_settings, promo, post):
    with_settings(delivery_batch_size=2)
    jobs.deliver(promo.id)
    assert [len(batch) for batch in post.batches] == [2, 2, 1]
    assert states() == ["sent"] * 5


def test_a_sweep_takes_as_many_batches_as_it_wants(with_settings, promo, post):
    with_settings(delivery_batch_size=2)
    jobs.deliver(promo.id, batches=1)
    assert [len(batch) for batch in post.batches] == [2]
    assert sorted(states()) == ["pending"] * 3 + ["sent"] * 2


def test_nothing_is_locked_while_it_is_being_sent(app, promo, post, engine):
    """A slow provider holds up nobody: the lease is committed before the first message goes."""

    def look() -> None:
        assert not session().in_transaction()
        with engine.begin() as connection:
            connection.execute(select(Delivery).with_for_update(nowait=True)).all()

    post.meanwhile = look
    jobs.deliver(promo.id)
    assert states() == ["sent"] * 5


def test_while_it_is_leased_nobody_else_gets_it(promo, clock):
    first = claim(promo.id)
    assert len(first.messages) == 5
    assert claim(promo.id) is None
    clock.advance(seconds=20)
    assert claim(promo.id) is None


def test_a_lease_that_runs_out_is_given_anew_under_the_same_keys(promo, clock):
    first = claim(promo.id)
    clock.advance(seconds=30)
    second = claim(promo.id)
    assert second.token != first.token
    assert [each.idempotency_key for each in second.messages] == [
        each.idempotency_key for each in first.messages
    ]
    assert {message.attempt for message in second.messages} == {2}


def test_who_comes_back_after_its_lease_changes_nothing(promo, clock):
    first = claim(promo.id)
    clock.advance(seconds=30)
    second = claim(promo.id)
    assert settle(first, [SENT] * 5) == 0
    assert states() == ["pending"] * 5
    assert settle(second, [SENT] * 5) == 5
    assert settle(first, [SENT] * 5) == 0
    assert states() == ["sent"] * 5


def test_a_rival_that_took_the_whole_batch_first_is_no_error(app, promo, post):
    """Both picked the same rows; the second one waited, finds them leased, and goes on."""
    taken = []

    def take_first(_connection, _cursor, statement, *_):
        if statement.lstrip().startswith("UPDATE delivery") and not taken:
            taken.append("now")
            rival = threading.Thread(target=_claim_elsewhere, args=(app, promo.id, taken))
            rival.start()
            rival.join()

    event.listen(db.engine, "before_cursor_execute", take_first)
    try:
        jobs.deliver(promo.id)
    finally:
        event.remove(db.engine, "before_cursor_execute", take_first)
    assert len(taken[1].messages) == 5
    assert post.sent == []
    assert settle(taken[1], [SENT] * 5) == 5


def _claim_elsewhere(app, promo_id, taken) -> None:
    with app.app_context():
        taken.append(claim(promo_id))


def test_each_channel_has_its_own_delivery(world, crowd, post, with_settings, monkeypatch):
    mail = Post("mail")
    monkeypatch.setitem(registry.CHANNELS, "mail", mail)
    with_settings(channels=("mail", "log", "inbox"))
    promo = activate(world)
    jobs.deliver(promo.id)
    assert len(mail.sent) == len(post.sent) == 5
    keys = {message.idempotency_key for message in (*mail.sent, *post.sent)}
    assert len(keys) == 10
    assert [row.channel for row in rows()][:2] == ["log", "mail"]


def test_one_channel_that_fails_does_not_hold_up_the_other(
    world, crowd, post, with_settings, monkeypatch
):
    broken = Post("mail", meanwhile=lambda: 1 / 0)
    monkeypatch.setitem(registry.CHANNELS, "mail", broken)
    with_settings(channels=("mail", "log"))
    promo = activate(world)
    jobs.deliver(promo.id)
    assert {row.state for row in rows() if row.channel == "log"} == {"sent"}
    assert {row.state for row in rows() if row.channel == "mail"} == {"pending"}


def test_without_channels_there_is_nothing_to_deliver(world, with_settings):
    with_settings(channels=("inbox",))
    promo = activate(world)
    jobs.deliver(promo.id)
    assert rows() == []


def test_what_waits_is_found_by_the_sweep_with_its_lateness(promo, clock):
    began = rows()[0].next_attempt_at
    now = app_now()
    assert delivery.waiting(now) == [(promo.id, began)]
    assert delivery.waiting(began - timedelta(seconds=1)) == []
    claim(promo.id)
    assert delivery.waiting(app_now()) == []
    clock.advance(seconds=30)
    ((promo_id, since),) = delivery.waiting(app_now())
    assert promo_id == promo.id
    assert since > began

"""Redis keeps losers away from the database, and never tells them what is no longer true."""

from contextlib import suppress

import pytest

from flashpromo import campaign
from flashpromo.checkout.errors import AlreadyHeld, SoldOut
from flashpromo.checkout.hold import hold
from flashpromo.db import session, transaction
from flashpromo.promos import lifecycle
from flashpromo.promos.errors import PromoNotRunning
from tests.story import activate, change, complete, release, statements, take


@pytest.fixture
def lost(lasting, world, held, gina):
    """Gina has just been told that Alice holds it: she is known to be eligible."""
    with pytest.raises(AlreadyHeld):
        take(gina, held.promo_id)
    session().rollback()
    return held


def test_a_loser_that_is_known_asks_no_database(world, lost, gina):
    promo_id = lost.promo_id
    with statements() as sent, pytest.raises(AlreadyHeld):
        take(gina, promo_id)
    assert sent == []


def test_a_loser_that_is_not_known_is_looked_up_first(world, held, gina):
    """Eligible comes before available: the hint alone is no answer."""
    with statements() as sent, pytest.raises(AlreadyHeld):
        take(gina, held.promo_id)
    assert any("st_dwithin" in statement.lower() for statement in sent)


def test_a_release_is_seen_at_once(world, lost, gina):
    release(lost)
    assert take(gina, lost.promo_id).client_id == gina


def test_a_sale_is_seen_at_once(world, lost, gina):
    complete(lost)
    with pytest.raises(SoldOut):
        take(gina, lost.promo_id)


def test_one_more_piece_is_seen_at_once(world, lost, gina):
    change(lost.promo_id, quantity=2)
    assert take(gina, lost.promo_id).unit_no == 2


def test_a_pause_is_seen_at_once(world, lost, gina):
    with transaction():
        lifecycle.pause(lost.promo_id)
    with pytest.raises(PromoNotRunning):
        take(gina, lost.promo_id)


def test_a_cancellation_is_seen_at_once(world, lost, gina):
    with transaction():
        campaign.cancel(lost.promo_id)
    with pytest.raises(PromoNotRunning):
        take(gina, lost.promo_id)


def test_a_hint_never_outlives_the_hold_it_speaks_of(world, promo, gina, clock, redis, monkeypatch):
    monkeypatch.setattr("flashpromo.checkout.hold.HINT_SECONDS", 3600)
    take(world.alice, promo.id)
    (key,) = redis.keys("flashpromo:taken:*")
    clock.advance(seconds=45)
    redis.delete(key)
    with pytest.raises(AlreadyHeld):
        take(gina, promo.id)
    assert 0 < redis.pttl(key) <= 15_000


def test_nor_the_promo(world, lasting, promo, clock, redis):
    clock.advance(hours=1, minutes=59, seconds=45)
    take(world.alice, promo.id)
    (key,) = redis.keys("flashpromo:taken:*")
    assert 0 < redis.pttl(key) <= 15_000


def test_a_hint_lives_two_seconds_at_most(world, held, redis):
    assert all(redis.pttl(key) <= 2_000 for key in redis.keys("flashpromo:taken:*"))


def test_while_a_unit_is_free_there_is_no_hint(world, redis):
    promo = activate(world, quantity=2)
    take(world.alice, promo.id)
    assert redis.keys("flashpromo:taken:*") == []
    take(world.carol, promo.id)
    assert len(redis.keys("flashpromo:taken:*")) == 1


def test_a_hold_that_is_rolled_back_leaves_no_hint(world, promo, gina, redis):
    with suppress(ZeroDivisionError), transaction():
        hold(world.alice, promo.id)
        raise ZeroDivisionError
    assert redis.keys("flashpromo:taken:*") == []
    assert take(gina, promo.id).client_id == gina

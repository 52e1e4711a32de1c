"""What Redis remembers is true or it is not believed; and nobody waits for a Redis that is away."""

import time
from contextlib import suppress

import pytest

from flashpromo import barriers, cache
from flashpromo.db import transaction
from tests.own_redis import BREAKER_SECONDS

KEY, STAMP = "list", "terms-of-a-test"
LIFE_SECONDS = 30.0


def look(*stamps: str):
    return cache.look_up(KEY, stamps or (STAMP,))


def remember(value: bytes = b"value", *stamps: str):
    cache.remember(look(*stamps), value, LIFE_SECONDS)


def change(stamp: str = STAMP) -> None:
    with transaction():
        cache.mark_stale(stamp)


def test_a_value_is_remembered(context):
    assert look().value is None
    remember()
    assert look().value == b"value"


@pytest.mark.parametrize("value", [b"", b"\n", b"one\ntwo\n", bytes(range(256))])
def test_any_bytes_are_a_value(context, value):
    remember(value, "a", "b")
    assert look("a", "b").value == value


def test_a_change_is_visible_on_the_next_read_after_its_commit(context):
    remember()
    change()
    assert look().value is None
    remember(b"new")
    assert look().value == b"new"


def test_any_of_its_stamps_ends_it(context):
    for stamp in ("a", "b"):
        remember(b"value", "a", "b")
        change(stamp)
        assert look("a", "b").value is None


def test_other_stamps_do_not_concern_it(context):
    remember()
    change("another")
    assert look().value == b"value"


def test_a_change_that_is_rolled_back_ends_nothing(context):
    remember()
    with suppress(ZeroDivisionError), transaction():
        cache.mark_stale(STAMP)
        raise ZeroDivisionError
    assert look().value == b"value"


@pytest.mark.parametrize("looked_at", ["before", "transaction.ready", "transaction.committed"])
def test_a_value_read_before_the_commit_and_stored_after_it_is_not_believed(
    context, monkeypatch, looked_at
):
    """Whenever the reader looked, as long as the second stamp had not been set."""
    readings = [look()] if looked_at == "before" else []

    def look_there(place: str) -> None:
        if place == looked_at:
            readings.append(look())

    monkeypatch.setattr(barriers, "listener", look_there)
    change()
    assert len(readings) == 1
    cache.remember(readings[0], b"old", LIFE_SECONDS)
    assert look().value is None


def test_nor_is_one_that_was_read_and_stored_between_the_stamps(context, monkeypatch):
    def read_and_store(place: str) -> None:
        if place == "transaction.ready":
            remember(b"old")
            assert look().value == b"old"  # still true: nothing is committed

    monkeypatch.setattr(barriers, "listener", read_and_store)
    change()
    assert look().value is None


def test_a_value_never_outlives_its_life(context, redis):
    cache.remember(look(), b"value", 0.05)
    assert redis.pttl(f"flashpromo:{KEY}") <= 50
    time.sleep(0.06)
    assert look().value is None


def test_its_life_counts_from_the_look_not_from_the_storing(context, redis):
    reading = look()
    time.sleep(0.1)
    cache.remember(reading, b"value", LIFE_SECONDS)
    assert redis.pttl(f"flashpromo:{KEY}") <= LIFE_SECONDS * 1000 - 100
    late = look()
    time.sleep(0.05)
    cache.remember(late, b"too late", 0.04)
    assert look().value == b"value"


@pytest.mark.parametrize("life_seconds", [0, -1, 0.0001])
def test_what_is_over_already_is_not_stored(context, redis, life_seconds):
    cache.remember(look(), b"value", life_seconds)
    assert not redis.exists(f"flashpromo:{KEY}")


def test_a_flushed_redis_remembers_nothing(context, redis):
    remember()
    redis.flushdb()
    assert look().value is None


def test_a_flush_cannot_bring_an_old_stamp_back(context, redis):
    """A reader that looked before the flush stores what nobody believes."""
    reading = look()
    redis.flushdb()
    change()
    redis.flushdb()
    cache.remember(reading, b"old", LIFE_SECONDS)
    assert look().value is None


def test_a_lost_stamp_ends_the_value(context, redis):
    remember()
    redis.delete(f"flashpromo:stamp:{STAMP}")
    assert look().value is None


@pytest.mark.parametrize("how", ["stop", "hang"])
def test_away_it_remembers_nothing_and_fails_nobody(own_redis, how):
    remember()
    getattr(own_redis, how)()
    reading = look()
    assert (reading.value, reading.stamps) == (None, None)
    cache.remember(reading, b"value", LIFE_SECONDS)
    change()


def test_only_the_first_one_waits_for_a_hung_redis(own_redis):
    own_redis.hang()
    began = time.monotonic()
    look()
    first = time.monotonic() - began
    began = time.monotonic()
    for _ in range(100):
        look()
    assert first >= 0.05
    assert time.monotonic() - began < 0.05
    assert not cache.current().available


def test_after_a_pause_it_is_asked_again_and_used_when_it_answers(own_redis):
    own_redis.hang()
    look()
    own_redis.go_on()
    assert look().stamps is None  # the breaker is open, whatever Redis does meanwhile
    time.sleep(BREAKER_SECONDS)
    assert look().stamps is not None
    assert cache.current().available
    remember()
    assert look().value == b"value"


def test_after_a_pause_one_waits_again_if_it_still_hangs(own_redis):
    own_redis.hang()
    look()
    time.sleep(BREAKER_SECONDS)
    assert cache.current().available
    assert look().stamps is None
    assert not cache.current().available


def test_what_was_remembered_before_an_outage_is_believed_after_it_if_nothing_changed(own_redis):
    remember()
    own_redis.hang()
    assert look().value is None
    own_redis.go_on()
    own_redis.forgive()
    assert look().value == b"value"

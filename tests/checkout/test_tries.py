"""Tries while all units are held: counted in Redis, written down by rounds, never counted twice."""

from itertools import takewhile
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text

from flashpromo import cache
from flashpromo.checkout import tries
from flashpromo.checkout.errors import AlreadyHeld, NotEligible, SoldOut
from flashpromo.cli.rounds import TriesKeeper, sweep_finished
from flashpromo.db import session, transaction
from tests.story import complete, statements, take

KEY = "flashpromo:tries"


def lose(client_id: int, promo_id: int, times: int = 1) -> None:
    for _ in range(times):
        with pytest.raises(AlreadyHeld):
            take(client_id, promo_id)


def tried(promo_id: int) -> int:
    return tries.tried(promo_id)


@pytest.fixture
def keeper() -> TriesKeeper:
    return TriesKeeper()


def test_losers_are_counted_by_either_way(world, lasting, held, gina, keeper):
    """The first is told by the database, the next ones by the hint alone."""
    promo_id = held.promo_id
    with statements() as sent:
        lose(gina, promo_id)
    assert sent
    session().rollback()
    with statements() as sent:
        lose(gina, promo_id, times=4)
    assert sent == []
    keeper()
    assert tried(promo_id) == 5


def test_a_hint_alone_costs_a_loser_two_round_trips(world, lasting, held, gina, redis):
    lose(gina, held.promo_id)
    own = redis.get_connection_kwargs()["db"]
    with redis.monitor() as monitor:
        lose(gina, held.promo_id)
        cache.current().redis.echo("over")
        commands = (each for each in monitor.listen() if each["db"] == own)
        asked = [
            each["command"]
            for each in takewhile(lambda each: "over" not in each["command"], commands)
        ]
    assert [command.split()[0] for command in asked] == ["MGET", "HINCRBY"]


def test_other_refusals_are_no_tries(world, held, gina, keeper):
    with pytest.raises(NotEligible):
        take(world.bob, held.promo_id)
    keeper()
    assert tried(held.promo_id) == 0


def test_a_sold_out_promo_is_not_tried_while_held(world, held, gina, keeper):
    complete(held)
    with pytest.raises(SoldOut):
        take(gina, held.promo_id)
    keeper()
    assert tried(held.promo_id) == 0


def test_writing_it_down_again_changes_nothing(world, held, gina, keeper):
    lose(gina, held.promo_id, times=3)
    for _ in range(3):
        keeper()
    assert tried(held.promo_id) == 3
    lose(gina, held.promo_id)
    keeper()
    assert tried(held.promo_id) == 4


def test_a_life_of_the_hash_keeps_its_name(world, held, gina, redis):
    assert tries.look(redis) is None
    lose(gina, held.promo_id)
    first = tries.look(redis)
    lose(gina, held.promo_id)
    assert tries.look(redis) == tries.Seen(first.epoch, {held.promo_id: 2})
    redis.flushdb()
    lose(gina, held.promo_id)
    assert tries.look(redis).epoch != first.epoch


def test_two_schedulers_count_once(world, held, gina, redis):
    lose(gina, held.promo_id, times=3)
    early = tries.look(redis)
    lose(gina, held.promo_id, times=2)
    TriesKeeper()()
    with transaction():
        tries.keep(early)
    assert tried(held.promo_id) == 5


def test_a_flushed_redis_begins_anew_and_loses_only_what_was_not_written(
    world, held, gina, keeper, redis
):
    lose(gina, held.promo_id, times=3)
    keeper()
    lose(gina, held.promo_id)
    redis.flushdb()
    keeper()
    lose(gina, held.promo_id, times=2)
    keeper()
    assert tried(held.promo_id) == 5
    assert session().scalar(text("SELECT count(*) FROM promo_tries")) == 2


def test_numbers_of_promos_that_are_over_go_and_the_sum_stays(
    world, held, gina, keeper, redis, clock
):
    lose(gina, held.promo_id, times=2)
    keeper()
    clock.advance(hours=2, minutes=30)
    sweep_finished()
    keeper()
    assert redis.hexists(KEY, held.promo_id)
    clock.advance(hours=1)
    keeper()
    assert not redis.hexists(KEY, held.promo_id)
    keeper()
    assert tried(held.promo_id) == 2


def test_without_redis_nothing_is_counted_and_nothing_else_changes(world, no_redis, held, gina):
    lose(gina, held.promo_id, times=2)
    assert tried(held.promo_id) == 0


@pytest.mark.parametrize(
    "planted",
    [
        {"epoch": "no uuid", "1": "7"},
        {"epoch": str(UUID(int=1)), "1": "-7", "x": "1", "999": "5", "1.5": "2", "9" * 30: "1"},
        {"epoch": str(UUID(int=1)), "1": "9" * 30},
    ],
)
def test_what_makes_no_sense_is_not_believed(world, promo, keeper, redis, planted):
    assert promo.id == 1
    redis.hset(KEY, mapping=planted)
    keeper()
    keeper()
    assert tried(promo.id) == 0


def test_nor_is_something_else_under_that_name(world, held, gina, keeper, redis):
    redis.set(KEY, "planted")
    lose(gina, held.promo_id, times=2)
    keeper()
    lose(gina, held.promo_id)
    keeper()
    assert tried(held.promo_id) == 1


def test_a_number_is_never_written_down_smaller(world, promo):
    epoch = uuid4()
    for count in (5, 3, 4):
        with transaction():
            tries.keep(tries.Seen(epoch, {promo.id: count}))
    assert tried(promo.id) == 5

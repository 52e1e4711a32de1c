"""With Redis gone, hung or empty at any step, the answers are the same."""

import time

import pytest

from flashpromo.audience import clients
from flashpromo.checkout.errors import AlreadyHeld, NotEligible, ReservationExpired, SoldOut
from flashpromo.db import transaction
from tests.story import activate, broken_promises, complete, release, take

STEPS = range(7)


def disturb(own_redis, how: str) -> None:
    match how:
        case "gone":
            own_redis.stop()
        case "hung":
            own_redis.hang()
        case "flushed":
            own_redis.flush()


@pytest.mark.parametrize("how", ["gone", "hung", "flushed"])
@pytest.mark.parametrize("when", STEPS)
def test_a_sale_goes_the_same_way(world, own_redis, how, when):
    """Alice holds, Gina loses twice, Alice gives back, Gina buys, Alice comes too late."""
    with transaction():
        gina = world.add_client("gina", metres=120)
    reached = iter(STEPS)

    def next_step() -> None:
        if next(reached) == when:
            disturb(own_redis, how)

    next_step()
    promo = activate(world)
    next_step()
    first = take(world.alice, promo.id)
    next_step()
    for _ in range(2):
        with pytest.raises(AlreadyHeld):
            take(gina, promo.id)
    with pytest.raises(NotEligible):
        take(world.bob, promo.id)
    next_step()
    release(first)
    next_step()
    second = take(gina, promo.id)
    with pytest.raises(ReservationExpired):
        complete(first)
    next_step()
    assert complete(second).completed_at == complete(second).completed_at
    next_step()
    with pytest.raises(SoldOut):
        take(world.alice, promo.id)
    own_redis.go_on()
    assert broken_promises() == set()


def test_nobody_waits_for_a_hung_redis(world, own_redis):
    promo = activate(world, quantity=3)
    own_redis.hang()
    started = time.monotonic()
    complete(take(world.alice, promo.id))
    release(take(world.carol, promo.id))
    assert time.monotonic() - started < 2


@pytest.mark.parametrize("how", ["gone", "hung"])
def test_what_happened_meanwhile_is_not_forgotten_when_it_is_back(world, own_redis, how):
    """A hint from before the outage must not survive the release during it."""
    with transaction():
        gina = world.add_client("gina", metres=120)
    promo = activate(world)
    held = take(world.alice, promo.id)
    with pytest.raises(AlreadyHeld):
        take(gina, promo.id)
    disturb(own_redis, how)
    release(held)
    if how == "gone":
        own_redis.start()
    own_redis.go_on()
    time.sleep(2)  # a hint lives no longer
    own_redis.forgive()
    assert take(gina, promo.id).client_id == gina


def test_who_left_meanwhile_is_not_let_in_for_long(world, own_redis):
    promo = activate(world, quantity=2)
    release(take(world.alice, promo.id))
    own_redis.hang()
    with transaction():
        clients.change(world.alice, {"latitude": 0.0, "longitude": 0.0})
    own_redis.go_on()
    time.sleep(2)  # nor does the knowledge that she is eligible
    own_redis.forgive()
    with pytest.raises(NotEligible):
        take(world.alice, promo.id)

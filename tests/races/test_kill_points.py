"""A process is killed at a named place, and the world goes on: nothing is lost, nothing is doubled.

What one process leaves behind, the sweep, another worker or another client takes up.
"""

from functools import partial

import pytest

from tests.races import acts, checks, places, postbox
from tests.races.crew import Call
from tests.story import publish

AUDIENCE = 25
BATCH = 10
PATIENCE_SECONDS = 5  # a little more than the sweep's own
ACTIVATION = [
    ("activation.claimed", 1),
    ("activation.recorded", 1),
    ("transaction.ready", 1),  # the look whether it is early
    ("transaction.committed", 1),
    ("transaction.ready", 2),  # the wave
    ("transaction.committed", 2),
]
# Of each batch: claimed, committed, sent, settled, committed. The third batch is not a full one.
DELIVERY = [
    ("delivery.leased", 1),
    ("delivery.leased", 3),
    ("delivery.sent", 1),
    ("delivery.sent", 3),
    ("transaction.ready", 1),
    ("transaction.committed", 1),
    ("transaction.ready", 2),
    ("transaction.committed", 2),
    ("transaction.ready", 4),
    ("transaction.committed", 4),
]
SENT_IN_VAIN = {("delivery.sent", 1), ("delivery.sent", 3)} | {
    ("transaction.ready", settled) for settled in (2, 4)
}
HOLD = ["hold.asked", "hold.recorded", "transaction.ready", "transaction.committed"]
COMPLETE = [
    "complete.asked",
    "complete.locked",
    "complete.recorded",
    "transaction.ready",
    "transaction.committed",
]


@pytest.fixture
def box(tmp_path):
    return tmp_path / "postbox"


@pytest.fixture
def kill(hire, stage, box):
    """Let a process do something and die on the way."""

    def start(place, nth, act, *args):
        doomed = [partial(postbox.install, box), partial(places.die_at, place, nth)]
        crew = hire(1, doomed, delivery_batch_size=BATCH)
        assert crew.at_once([Call(act, *args)])[0].died
        stage.wait_for_end(crew.processes[0].pid)

    return start


@pytest.fixture
def survivor(hire, box):
    """A process that goes on; it does one thing after the other."""
    crew = hire(1, [partial(postbox.install, box)], delivery_batch_size=BATCH)

    def do(act, *args):
        (answer,) = crew.at_once([Call(act, *args)])
        return checks.outcomes([answer]).popitem()[0]

    return do


def sweep_until_all_is_sent(survivor, clock, rounds=8):
    for _ in range(rounds):
        clock.advance(seconds=PATIENCE_SECONDS)
        assert survivor(acts.sweep) == "done"
        if checks.deliveries() == {"sent": AUDIENCE}:
            return
    raise checks.Violation(checks.deliveries())


def everybody_was_told_once(stage, box, twice=0):
    """One notification each; a repeated sending carries the key of the first one."""
    checks.each_told_once(AUDIENCE)
    checks.demand(checks.deliveries() == {"sent": AUDIENCE}, checks.deliveries())
    sent = postbox.sent(box)
    again = [key for key, times in sent.items() if times > 1]
    checks.demand(len(sent) == AUDIENCE, f"{len(sent)} keys")
    checks.demand(len(again) == twice, f"{len(again)} were sent again, not {twice}")
    stage.redis.flushdb()
    checks.nothing_is_broken()


@pytest.mark.parametrize(("place", "nth"), ACTIVATION)
def test_an_activation_that_was_killed_is_made_good_by_the_sweep(
    kill, survivor, stage, clock, box, place, nth
):
    stage.crowd(AUDIENCE - 1)
    promo = publish(stage.world)
    kill(place, nth, acts.run_activation, promo.id)
    sweep_until_all_is_sent(survivor, clock)
    everybody_was_told_once(stage, box)


@pytest.mark.parametrize(("place", "nth"), DELIVERY)
def test_a_delivery_that_was_killed_is_made_good_by_another_worker(
    kill, survivor, stage, clock, box, place, nth
):
    stage.crowd(AUDIENCE - 1)
    promo = publish(stage.world)
    assert survivor(acts.activate, promo.id) == "done"
    kill(place, nth, acts.run_delivery, promo.id)
    assert survivor(acts.run_delivery, promo.id) == "done"
    clock.advance(seconds=31)  # a lease
    assert survivor(acts.run_delivery, promo.id) == "done"
    batch = {1: BATCH, 2: BATCH, 3: AUDIENCE - 2 * BATCH, 4: BATCH}[nth]
    everybody_was_told_once(stage, box, twice=batch if (place, nth) in SENT_IN_VAIN else 0)


@pytest.mark.parametrize("place", HOLD)
def test_a_hold_that_was_killed_frees_its_unit(kill, survivor, stage, clock, place):
    (rival,) = stage.crowd(1)
    promo = stage.start()
    kill(place, 1, acts.hold, stage.world.alice, promo.id)
    if place == "transaction.committed":
        assert survivor(acts.hold, rival, promo.id) == "already_held"
        checks.holders(1, promo.id)
        clock.advance(seconds=60)
        stage.redis.flushdb()  # its hints live by the clock on the wall
    assert survivor(acts.hold, rival, promo.id) == "done"
    checks.holders(1, promo.id)
    assert survivor(acts.complete_own, rival) == "done"
    checks.sales(promo.id, 1, sold_out=True)
    checks.nothing_is_broken()


@pytest.mark.parametrize("place", COMPLETE)
def test_a_completion_that_was_killed_can_be_repeated(kill, survivor, stage, clock, place):
    promo = stage.start()
    assert survivor(acts.hold, stage.world.alice, promo.id) == "done"
    kill(place, 1, acts.complete_own, stage.world.alice)
    is_sold = place == "transaction.committed"
    checks.sales(promo.id, int(is_sold), sold_out=is_sold)
    for _ in range(2):
        assert survivor(acts.complete_own, stage.world.alice) == "done"
        checks.sales(promo.id, 1, sold_out=True)
    assert survivor(acts.sweep) == "done"
    assert not checks.is_published(promo.id)
    checks.nothing_is_broken()


@pytest.mark.parametrize("place", COMPLETE[:-1])
def test_a_completion_that_was_killed_and_not_repeated_leaves_the_unit_to_another(
    kill, survivor, stage, clock, place
):
    (rival,) = stage.crowd(1)
    promo = stage.start()
    assert survivor(acts.hold, stage.world.alice, promo.id) == "done"
    kill(place, 1, acts.complete_own, stage.world.alice)
    clock.advance(seconds=60)
    stage.redis.flushdb()
    assert survivor(acts.hold, rival, promo.id) == "done"
    assert survivor(acts.complete_own, stage.world.alice) == "reservation_expired"
    assert survivor(acts.complete_own, rival) == "done"
    checks.sales(promo.id, 1, sold_out=True)
    checks.nothing_is_broken()

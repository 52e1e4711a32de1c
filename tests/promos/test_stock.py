"""How many units are free, held and sold, and how many promos are in each state."""

from flashpromo.db import app_now
from flashpromo.promos import listing, stock
from flashpromo.promos.listing import Wanted
from flashpromo.promos.queries import EVERYTHING, Sight
from flashpromo.promos.states import State
from flashpromo.promos.stock import Stock
from tests.story import activate, change, complete, publish, take
from tests.world import World


def test_units_are_free_held_or_sold(world: World, clock):
    promo = activate(world, quantity=3)
    assert stock.of([promo.id], app_now()) == {promo.id: Stock(free=3)}
    complete(take(world.alice, promo.id))
    change(promo.id, quantity=2)
    assert stock.of([promo.id], app_now())[promo.id] == Stock(free=1, sold=1)


def test_a_hold_that_is_over_is_free_swept_or_not(world: World, clock):
    promo = activate(world, quantity=2)
    take(world.alice, promo.id)
    held = stock.of([promo.id], app_now())[promo.id]
    assert (held, held.left) == (Stock(free=1, held=1), 2)
    clock.advance(seconds=61)
    assert stock.of([promo.id], app_now())[promo.id] == Stock(free=2)


def test_states_are_counted_within_what_is_seen_and_asked(world: World):
    publish(world)
    nothing = dict.fromkeys(State, 0)
    assert listing.counts(EVERYTHING, app_now(), Wanted()) == nothing | {State.RUNNING: 1}
    asked = Wanted(states={State.DRAFT}, words="headphones")
    assert listing.counts(EVERYTHING, app_now(), asked) == nothing | {State.RUNNING: 1}
    assert listing.counts(EVERYTHING, app_now(), Wanted(words="dock")) == nothing
    assert listing.counts(Sight(store_ids=frozenset()), app_now(), Wanted()) == nothing

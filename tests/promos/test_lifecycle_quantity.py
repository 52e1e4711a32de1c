"""More pieces and fewer, with some of them held or sold."""

import pytest
from sqlalchemy import func, select, text

from flashpromo.db import app_now, session
from flashpromo.errors import InvalidFields
from flashpromo.promos import stock
from flashpromo.promos.errors import PromoFinished
from flashpromo.promos.models import PromoUnit
from flashpromo.promos.states import State
from tests.story import (
    activate,
    broken_promises,
    change,
    complete,
    release,
    state_of,
    take,
)


def unsold(promo_id: int) -> tuple[int, int]:
    left = stock.of([promo_id], app_now())[promo_id]
    return left.free, left.left


def test_more_pieces_and_fewer(world):
    promo = activate(world)
    for quantity in (3, 2, 5, 1):
        change(promo.id, quantity=quantity)
        assert unsold(promo.id) == (quantity, quantity)
    assert session().scalar(select(func.max(PromoUnit.unit_no))) == 5  # closed ones are reused
    assert broken_promises() == set()


def test_held_and_sold_pieces_count(world):
    promo = activate(world, quantity=4)
    complete(take(world.alice, promo.id))
    held = take(world.carol, promo.id)
    with pytest.raises(InvalidFields) as refusal:
        change(promo.id, quantity=1)
    assert refusal.value.fields == {"quantity": ["2 units are already held or sold."]}
    change(promo.id, quantity=2)
    assert unsold(promo.id) == (0, 1)
    release(held)
    assert unsold(promo.id) == (1, 1)
    assert broken_promises() == set()


def test_a_piece_whose_hold_has_expired_is_free_to_go(world, clock):
    promo = activate(world, quantity=2)
    take(world.alice, promo.id)
    clock.advance(seconds=60)
    change(promo.id, quantity=1)
    assert unsold(promo.id) == (1, 1)
    assert broken_promises() == set()


def test_when_only_sold_ones_remain_it_is_sold_out(world):
    promo = activate(world, quantity=2)
    complete(take(world.alice, promo.id))
    change(promo.id, quantity=1)
    assert state_of(promo.id) is State.SOLD_OUT
    with pytest.raises(PromoFinished):
        change(promo.id, quantity=2)
    assert broken_promises() == set()


def test_no_more_are_closed_than_asked_for_however_they_lie_in_their_table(world, engine):
    """Of a promo that it knows nothing of the planner would choose anew for each of its rows."""
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("ANALYZE promo_unit"))
        promo = activate(world, quantity=6)
        for unit_no in range(6, 0, -1):  # the last are first from now on
            connection.execute(
                text("UPDATE promo_unit SET fence = fence + 1 WHERE unit_no = :unit_no"),
                {"unit_no": unit_no},
            )
    change(promo.id, quantity=4)
    assert unsold(promo.id) == (4, 4)
    assert broken_promises() == set()

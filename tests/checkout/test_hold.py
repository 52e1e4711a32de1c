"""Taking a hold: one client, one unit, one minute."""

import random
from datetime import timedelta
from decimal import Decimal

import pytest

from flashpromo.checkout import free_units, queries
from flashpromo.checkout.errors import AlreadyHeld, CoolDown, SoldOut
from flashpromo.checkout.free_units import look
from flashpromo.checkout.queries import ReservationState, state_at
from flashpromo.db import app_now, transaction
from flashpromo.promos.errors import PromoNotRunning
from tests.story import activate, broken_promises, change, complete, forget_hints, release, take


def test_a_hold_lasts_a_minute_by_the_clock_of_the_rules(world, promo):
    before = app_now()
    held = take(world.alice, promo.id)
    assert held.expires_at - held.created_at == timedelta(seconds=60)
    assert before <= held.created_at <= app_now()
    assert (held.client_id, held.unit_no, held.price) == (world.alice, 1, promo.promo_price)
    assert held.reservation_id.version == 7
    assert state_at(held, app_now()) is ReservationState.HELD


def test_while_it_is_held_nobody_else_gets_it(world, held, gina):
    with pytest.raises(AlreadyHeld) as refusal:
        take(gina, held.promo_id)
    assert "held_by_you" not in refusal.value.extra
    assert refusal.value.status == 409


def test_a_second_piece_of_the_same_promo_must_wait_for_the_first(world):
    promo = activate(world, quantity=2)
    take(world.alice, promo.id)
    with pytest.raises(AlreadyHeld) as refusal:
        take(world.alice, promo.id)
    assert refusal.value.extra["held_by_you"] is True


def test_the_holder_of_the_last_one_is_told_no_lie(world, held):
    with pytest.raises(AlreadyHeld) as refusal:
        take(world.alice, held.promo_id)
    assert "another" not in refusal.value.detail.lower()


def test_every_unit_finds_its_own_holder(world, gina):
    promo = activate(world, quantity=3)
    holders = [world.alice, gina, world.carol]
    assert [take(each, promo.id).unit_no for each in holders] == [1, 2, 3]
    left = look(promo.id, app_now())
    assert (left.free, left.unsold) == (False, True)
    assert left.next_free is not None
    assert broken_promises() == set()


def test_of_many_units_every_one_finds_its_holder_wherever_the_look_begins(world, monkeypatch):
    """Who begins behind the free ones looks again from the first."""
    monkeypatch.setattr(free_units, "SPREAD", 2)
    monkeypatch.setattr(random, "randint", lambda _first, last: last)
    with transaction():
        clients = [world.add_client(f"client {number}", metres=100) for number in range(4)]
    promo = activate(world, quantity=3)
    assert [take(each, promo.id).unit_no for each in clients[:3]] == [3, 1, 2]
    with pytest.raises(AlreadyHeld):
        take(clients[3], promo.id)
    assert broken_promises() == set()


def test_what_is_left_of_sold_units(world, held):
    complete(held)
    left = look(held.promo_id, app_now())
    assert (left.free, left.unsold, left.next_free) == (False, False, None)


def test_at_the_instant_it_expires_it_is_free_without_any_job(world, held, gina, clock, redis):
    clock.advance(seconds=50)
    with pytest.raises(AlreadyHeld):
        take(gina, held.promo_id)
    clock.advance(seconds=10)
    forget_hints(redis)
    second = take(gina, held.promo_id)
    assert (second.unit_no, second.fence) == (held.unit_no, held.fence + 1)
    assert state_at(held, app_now()) is ReservationState.EXPIRED
    assert broken_promises() == set()


def test_a_hold_taken_just_before_the_end_keeps_its_full_minute(world, promo, clock, gina):
    clock.advance(hours=1, minutes=59, seconds=40)
    held = take(world.alice, promo.id)
    assert held.expires_at > promo.end_time
    clock.advance(seconds=45)
    with pytest.raises(PromoNotRunning):
        take(gina, promo.id)
    assert complete(held).completed_at > promo.end_time
    assert broken_promises() == set()


def test_who_let_it_expire_waits_before_holding_it_again(world, held, clock, redis):
    clock.advance(seconds=61)
    forget_hints(redis)
    with pytest.raises(CoolDown) as refusal:
        take(world.alice, held.promo_id)
    assert refusal.value.status == 429
    assert 20 <= refusal.value.retry_after_seconds <= 30
    assert refusal.value.headers["Retry-After"] == str(refusal.value.retry_after_seconds)
    clock.advance(seconds=30)
    assert take(world.alice, held.promo_id).fence == held.fence + 1


def test_the_cool_down_is_for_that_promo_only(world, held, clock):
    clock.advance(seconds=61)
    with transaction():
        product_id = world.add_product("Loudspeaker")
    other = activate(world, product_id=product_id)
    assert take(world.alice, other.id).client_id == world.alice


def test_who_gave_it_back_may_hold_it_again_at_once(world, held):
    release(held)
    assert take(world.alice, held.promo_id).fence == held.fence + 1


def test_a_sold_out_promo_says_so(world, held, gina):
    complete(held)
    with pytest.raises(SoldOut) as refusal:
        take(gina, held.promo_id)
    assert refusal.value.code == "sold_out"


def test_who_bought_may_buy_another_piece(world):
    promo = activate(world, quantity=2)
    first = complete(take(world.alice, promo.id))
    second = complete(take(world.alice, promo.id))
    assert {first.unit_no, second.unit_no} == {1, 2}
    assert broken_promises() == set()


def test_the_price_of_the_hold_is_kept(world):
    promo = activate(world, quantity=2)
    held = take(world.alice, promo.id)
    change(promo.id, promo_price=Decimal("399.00"))
    assert complete(held).price == Decimal("499.00")


def test_a_client_reads_its_own_reservations_newest_first(world, gina):
    promo = activate(world, quantity=3)
    first = release(take(world.alice, promo.id))
    second = complete(take(world.alice, promo.id))
    third = take(world.alice, promo.id)
    take(gina, promo.id)
    count, rows = queries.page(world.alice, limit=2)
    assert count == 3
    assert [row.id for row in rows] == [third.id, second.id]
    _, rest = queries.page(world.alice, offset=2, limit=2)
    assert [row.id for row in rest] == [first.id]
    now = app_now()
    assert [state_at(row, now).value for row in (first, second, third)] == [
        "released",
        "completed",
        "held",
    ]

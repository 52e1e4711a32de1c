"""A change of the terms and the activation at the same instant: one of them is first."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from flashpromo import barriers, campaign
from flashpromo.checkout import settle
from flashpromo.db import app_now, session, transaction
from flashpromo.notify.models import Delivery
from flashpromo.promos import catalogue, lifecycle, runs
from flashpromo.promos.errors import PromoFinished
from flashpromo.promos.models import PromoRun
from flashpromo.promos.states import State
from tests.story import (
    activate,
    broken_promises,
    change,
    complete,
    notified,
    publish,
    state_of,
    take,
)


@contextmanager
def in_the_middle(app: Flask, step, place: str) -> Iterator[None]:
    """Somebody else has done `step` as far as `place`, and goes on after the block."""
    arrived, go_on = threading.Event(), threading.Event()

    def wait_here(name: str) -> None:
        if name == place and threading.current_thread() is other:
            arrived.set()
            assert go_on.wait(10)

    def run() -> None:
        with app.app_context(), transaction():
            step()

    other = threading.Thread(target=run)
    barriers.listener = wait_here
    try:
        other.start()
        assert arrived.wait(10)
        yield
    finally:
        go_on.set()
        other.join()
        barriers.listener = None


def activate_now() -> dict[int, int]:
    with transaction():
        return campaign.activate_due().notified


def activated_at(promo_id: int):
    return session().get(PromoRun, promo_id, populate_existing=True).activated_at


def test_a_promo_that_is_being_moved_does_not_start_by_its_old_times(app, world):
    promo = publish(world)
    later = app_now() + timedelta(hours=1)
    with in_the_middle(
        app, lambda: lifecycle.change(promo.id, {"start_time": later}), "transaction.ready"
    ):
        assert activate_now() == {}
    assert state_of(promo.id) is State.SCHEDULED
    assert activated_at(promo.id) is None


def test_it_starts_by_its_new_times(app, world, clock):
    promo = publish(world)
    later = app_now() + timedelta(hours=1)
    with in_the_middle(
        app, lambda: lifecycle.change(promo.id, {"start_time": later}), "transaction.ready"
    ):
        activate_now()
    clock.advance(minutes=61)
    assert activate_now() == {promo.id: 1}


def test_a_promo_that_is_moved_while_its_audience_is_told_is_not_told_of(app, world, clock):
    promo = publish(world)
    with in_the_middle(app, campaign.activate_due, "activation.claimed"):
        change(promo.id, start_time=app_now() + timedelta(hours=1))
    assert notified() == set()
    assert state_of(promo.id) is State.SCHEDULED
    assert activated_at(promo.id) is None
    clock.advance(minutes=61)
    assert activate_now() == {promo.id: 1}


def test_a_promo_whose_activation_is_being_written_down_is_moved_afterwards(app, world):
    promo = publish(world)
    later = app_now() + timedelta(hours=1)
    with in_the_middle(app, campaign.activate_due, "activation.recorded"):
        mover = threading.Thread(target=_move, args=(app, promo.id, later))
        mover.start()
        mover.join(0.3)
        assert mover.is_alive()  # it waits for the commit, which is near
    mover.join(10)
    assert state_of(promo.id) is State.SCHEDULED
    assert activated_at(promo.id) is None  # it will start again, by its new times


def pause(promo_id: int) -> None:
    with transaction():
        lifecycle.pause(promo_id)


def cancel(promo_id: int) -> None:
    with transaction():
        campaign.cancel(promo_id)


def withdraw(promo_id: int) -> None:
    change(promo_id, is_active=False)


@pytest.mark.parametrize("stop", [pause, cancel, withdraw])
def test_who_stops_a_promo_does_not_wait_until_its_audience_is_told(app, world, stop):
    promo = publish(world)
    with in_the_middle(app, campaign.activate_due, "activation.claimed"):
        stop(promo.id)
    assert notified() == set()
    assert activated_at(promo.id) is None
    assert session().scalars(select(Delivery)).all() == []
    assert broken_promises() == set()


def test_who_buys_does_not_wait_until_the_audience_is_told(app, world):
    promo = publish(world, quantity=2)
    held = take(world.alice, promo.id)
    with in_the_middle(app, campaign.activate_due, "activation.claimed"):
        complete(held)
    assert notified() == {world.alice}
    assert broken_promises() == set()


def test_of_what_is_sold_out_meanwhile_nobody_is_told(app, world):
    promo = publish(world)
    held = take(world.alice, promo.id)
    with in_the_middle(app, campaign.activate_due, "activation.claimed"):
        complete(held)
    assert state_of(promo.id) is State.SOLD_OUT
    assert notified() == set()
    assert broken_promises() == set()


def test_who_keeps_a_promos_run_for_long_keeps_its_wave_no_longer(app, world):
    """The others of the wave start; this one does a second later."""
    with transaction():
        other = world.add_product("Loudspeaker")
    kept, free = publish(world), publish(world, product_id=other)
    with in_the_middle(app, lambda: runs.lock(kept.id), "transaction.ready"):
        assert activate_now().keys() == {free.id}
    assert activate_now().keys() == {kept.id}
    assert broken_promises() == set()


def test_two_waves_share_out_what_is_due(app, world):
    promo = publish(world)
    with in_the_middle(app, campaign.activate_due, "activation.claimed"):
        assert activate_now() == {}
    assert notified() == {world.alice}
    assert activated_at(promo.id) is not None


def test_a_store_that_moves_holds_up_its_promos_only_until_the_next_sweep(app, world):
    promo = publish(world)
    with in_the_middle(
        app,
        lambda: catalogue.change_store(world.store_id, None, latitude=19.44),
        "transaction.ready",
    ):
        assert activate_now() == {}
    assert activate_now() == {promo.id: 1}


def _move(app: Flask, promo_id: int, later) -> None:
    with app.app_context(), transaction():
        lifecycle.change(promo_id, {"start_time": later})


def test_pieces_are_not_added_to_a_promo_that_is_being_sold_out(app, world):
    """Who wants more of it waits for the sale, and is told that the promo is over."""
    promo = activate(world)
    held = take(world.alice, promo.id)
    told: list[type[Exception]] = []

    def add_one() -> None:
        with app.app_context():
            try:
                change(promo.id, quantity=2)
            except PromoFinished as refusal:
                told.append(type(refusal))

    def sell() -> None:
        settle.complete(world.alice, held.reservation_id)

    with in_the_middle(app, sell, "complete.recorded"):
        merchant = threading.Thread(target=add_one)
        merchant.start()
        merchant.join(0.3)
        assert merchant.is_alive()
    merchant.join(10)
    assert told == [PromoFinished]
    assert state_of(promo.id) is State.SOLD_OUT
    assert broken_promises() == set()


@pytest.mark.parametrize("step", [lifecycle.pause, campaign.cancel])
def test_a_promo_that_is_being_sold_out_can_be_neither_paused_nor_cancelled(app, world, step):
    promo = activate(world)
    held = take(world.alice, promo.id)
    told: list[type[Exception]] = []

    def stop() -> None:
        with app.app_context():
            try:
                with transaction():
                    step(promo.id)
            except PromoFinished as refusal:
                told.append(type(refusal))

    with in_the_middle(
        app, lambda: settle.complete(world.alice, held.reservation_id), "complete.recorded"
    ):
        merchant = threading.Thread(target=stop)
        merchant.start()
        merchant.join(0.3)
        assert merchant.is_alive()
    merchant.join(10)
    assert told == [PromoFinished]
    assert state_of(promo.id) is State.SOLD_OUT
    assert broken_promises() == set()

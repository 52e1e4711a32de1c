"""Who may hold: whom the promo reaches, and for what reason not; told or not, opted in or not."""

from datetime import timedelta
from decimal import Decimal

import pytest

from flashpromo import campaign
from flashpromo.audience import clients
from flashpromo.checkout.errors import AlreadyHeld, NotEligible
from flashpromo.db import app_now, transaction
from flashpromo.errors import NotFound
from flashpromo.promos import lifecycle
from flashpromo.promos.errors import PromoNotRunning
from tests.story import activate, change, publish, take

REFUSALS = {
    "bob": ["out_of_range"],
    "dan": ["not_in_segments"],
    "erin": ["location_too_old"],
    "frank": ["location_unknown"],
}


@pytest.mark.parametrize(("name", "reasons"), REFUSALS.items())
def test_whom_it_does_not_reach_is_told_why(world, promo, name, reasons):
    with pytest.raises(NotEligible) as refusal:
        take(world.clients[name], promo.id)
    assert refusal.value.status == 403
    assert refusal.value.code == "not_eligible"
    assert refusal.value.extra["reasons"] == reasons
    assert refusal.value.extra["reason"] == reasons[0]


def test_distance_is_told_in_metres(world, promo):
    with pytest.raises(NotEligible) as refusal:
        take(world.bob, promo.id)
    assert refusal.value.extra["distance_m"] == pytest.approx(30_000, abs=20)


def test_every_reason_is_told_the_nearest_to_hand_first(world, promo):
    with transaction():
        far = world.add_client(
            "gustav", metres=9_000, segment_ids=[], located_at=world.now.replace(year=2020)
        )
    with pytest.raises(NotEligible) as refusal:
        take(far, promo.id)
    assert refusal.value.extra["reasons"] == [
        "location_too_old",
        "out_of_range",
        "not_in_segments",
    ]


@pytest.mark.parametrize("name", REFUSALS)
def test_it_is_answered_before_availability(world, held, name):
    """Not eligible stays not eligible while the unit is held: no 409 tells more than it should."""
    with pytest.raises(NotEligible):
        take(world.clients[name], held.promo_id)


def test_who_wants_no_notices_may_buy(world, promo):
    assert take(world.carol, promo.id).client_id == world.carol


def test_who_was_told_of_another_promo_today_may_buy(world, promo):
    """Alice's slot of the day is used by this promo; she may take every other one."""
    with transaction():
        other = world.add_product("Loudspeaker")
    second = activate(world, product_id=other)
    assert take(world.alice, second.id).client_id == world.alice


def test_who_comes_near_may_hold_at_once(world, promo):
    with pytest.raises(NotEligible):
        take(world.bob, promo.id)
    with transaction():
        clients.change(world.bob, {"latitude": 19.4326, "longitude": -99.1332})
    assert take(world.bob, promo.id).client_id == world.bob


def test_who_leaves_may_not_hold_any_more(world, held, gina):
    """Although Redis knew her to be eligible a moment ago."""
    with pytest.raises(AlreadyHeld):
        take(gina, held.promo_id)
    with transaction():
        clients.change(gina, {"latitude": 0.0, "longitude": 0.0})
    with pytest.raises(NotEligible):
        take(gina, held.promo_id)


def test_a_smaller_radius_counts_at_once(world, promo, gina):
    take(gina, promo.id)
    change(promo.id, max_distance_km=Decimal("0.05"))
    with pytest.raises(NotEligible):
        take(world.alice, promo.id)


def test_what_does_not_exist_is_not_found(world, promo):
    with pytest.raises(NotFound):
        take(world.alice, 999)
    with pytest.raises(NotFound):
        take(999, promo.id)


def test_a_withdrawn_promo_is_not_found(world, promo):
    change(promo.id, is_active=False)
    with pytest.raises(NotFound):
        take(world.alice, promo.id)


def test_before_its_start_it_cannot_be_held(world, clock):
    promo = publish(world, start_time=app_now() + timedelta(minutes=5))
    with pytest.raises(PromoNotRunning) as refusal:
        take(world.alice, promo.id)
    assert refusal.value.extra["state"] == "scheduled"
    clock.advance(minutes=5)
    assert take(world.alice, promo.id).promo_id == promo.id


def test_while_it_is_paused_it_cannot_be_held(world, promo):
    with transaction():
        lifecycle.pause(promo.id)
    with pytest.raises(PromoNotRunning) as refusal:
        take(world.alice, promo.id)
    assert refusal.value.extra["state"] == "paused"
    with transaction():
        lifecycle.resume(promo.id)
    assert take(world.alice, promo.id).promo_id == promo.id


def test_after_its_end_it_cannot_be_held(world, promo, clock):
    clock.advance(hours=2)
    with pytest.raises(PromoNotRunning) as refusal:
        take(world.alice, promo.id)
    assert refusal.value.extra["state"] == "ended"


def test_a_cancelled_promo_cannot_be_held(world, promo):
    with transaction():
        campaign.cancel(promo.id)
    with pytest.raises(PromoNotRunning) as refusal:
        take(world.alice, promo.id)
    assert refusal.value.extra["state"] == "cancelled"


def test_a_promo_that_its_bell_forgot_can_be_held(world):
    """Running is a matter of the clock: nobody waits for the activation."""
    promo = publish(world)
    assert take(world.alice, promo.id).promo_id == promo.id

"""Reserving, buying and giving back by the forms; and what is said when it cannot be."""

from flashpromo.db import transaction
from tests.shop.conftest import SHOP, YOURS, Crowd, Shopper, promo_path, words
from tests.story import activate, broken_promises, change, forget_hints, state_of, take
from tests.world import World


def test_a_minute_is_taken_and_bought(alice: Shopper, world: World):
    promo = activate(world)
    shown = words(alice.reserve(promo.id))
    assert "It is yours for a moment" in shown
    assert "Time left: 0:5" in shown
    assert "Headphones XYZ is yours for a moment" in words(alice.get(SHOP))
    shown = words(alice.end(promo.id, "complete"))
    assert "It is yours: fetch it at the store." in shown
    assert "You bought one on" in shown
    assert state_of(promo.id) == "sold_out"
    assert "Bought" in words(alice.get(YOURS))
    assert broken_promises() == set()


def test_what_is_given_back_is_free_for_others(alice: Shopper, crowd: Crowd, world: World):
    promo = activate(world)
    alice.reserve(promo.id)
    assert "You have given it back" in words(alice.end(promo.id, "release"))
    assert "Given back" in words(alice.get(YOURS))
    assert "It is yours for a moment" in words(crowd.sign_in("carol").reserve(promo.id))


def test_whoever_comes_second_reads_that_it_is_held(alice: Shopper, crowd: Crowd, world: World):
    promo, carol = activate(world), crowd.sign_in("carol")
    carol.get(SHOP)
    alice.reserve(promo.id)
    answer = carol.reserve(promo.id)
    assert answer.status_code == 409
    assert "Somebody else was faster: every unit is held." in words(answer)
    assert "Held by somebody; may be free in 0:" in words(carol.get(SHOP))


def test_reserving_twice_shows_the_minute_that_there_is(alice: Shopper, world: World):
    promo = activate(world, quantity=2)
    alice.reserve(promo.id)
    again = alice.reserve(promo.id)
    assert again.status_code == 200
    assert "It is yours for a moment" in words(again)


def test_a_minute_that_ran_out_cannot_be_bought(alice: Shopper, world: World, clock):
    promo = activate(world)
    page = alice.reserve(promo.id).text
    clock.advance(seconds=61)
    path = page.partition('action="/shop/reservations/')[2].partition('"')[0]
    answer = alice.submit(SHOP, f"{YOURS}{path}")
    assert answer.status_code == 409
    assert "Your minute is over: it is free for others again." in words(answer)


def test_who_let_it_run_out_waits_a_moment(alice: Shopper, world: World, clock, redis):
    promo = activate(world)
    alice.reserve(promo.id)
    clock.advance(seconds=61)
    forget_hints(redis)
    answer = alice.reserve(promo.id)
    assert answer.status_code == 429
    assert int(answer.headers["Retry-After"]) <= 30
    assert "others go first for another" in words(answer)


def test_sold_out_and_paused_are_said(alice: Shopper, crowd: Crowd, world: World):
    promo, carol = activate(world), crowd.sign_in("carol")
    alice.reserve(promo.id)
    alice.end(promo.id, "complete")
    answer = carol.submit(SHOP, f"{promo_path(promo.id)}reserve/")
    assert answer.status_code == 409
    assert "It is sold out" in words(answer)


def test_more_than_a_client_may_hold_is_said(alice: Shopper, world: World, settings):
    with transaction():
        names = [f"Thing {number}" for number in range(settings.max_live_reservations + 1)]
        products = [world.add_product(name) for name in names]
    *others, one_more = [activate(world, product_id=each).id for each in products]
    for promo_id in others:
        alice.reserve(promo_id)
    answer = alice.reserve(one_more)
    assert answer.status_code == 409
    assert "buy one or give it back first" in words(answer)


def test_why_a_promo_is_not_for_somebody(crowd: Crowd, world: World):
    promo = activate(world)
    reasons = {
        "bob": "you are too far from the store",
        "dan": "it is for other groups of clients",
        "erin": "we heard of your place too long ago",
        "frank": "we do not know where you are",
    }
    for name, reason in reasons.items():
        shopper = crowd.sign_in(name)
        assert reason in words(shopper.get(promo_path(promo.id)))
        answer = shopper.submit(SHOP, f"{promo_path(promo.id)}reserve/")
        assert answer.status_code == 403
        assert reason in words(answer)


def test_drafts_and_what_is_not_there_are_nowhere(alice: Shopper, world: World):
    promo = activate(world)
    change(promo.id, is_active=False)
    for path in (promo_path(promo.id), promo_path(promo.id + 1)):
        assert alice.get(path).status_code == 404
        assert alice.submit(SHOP, f"{path}reserve/").status_code == 404


def test_nobody_ends_what_somebody_else_holds(alice: Shopper, crowd: Crowd, world: World):
    promo = activate(world)
    held = take(world.carol, promo.id)
    for step in ("complete", "release"):
        path = f"{YOURS}{held.reservation_id}/{step}/"
        assert alice.submit(SHOP, path).status_code == 404
    crowd.sign_in("carol")
    assert "Nothing yet" in words(alice.get(YOURS))


def test_no_other_site_can_send_the_forms(alice: Shopper, world: World):
    promo = activate(world)
    answer = alice.http.post(f"{promo_path(promo.id)}reserve/")
    assert answer.status_code == 400
    assert "This form has expired." in words(answer)

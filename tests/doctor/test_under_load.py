"""While clients buy and merchants change their minds, every moment looks healthy to the doctor.

Everybody acts at random on real connections; refusals are part of the game, anything else is not.
"""

import random
import threading
import time
from collections import Counter
from collections.abc import Callable
from datetime import timedelta

import pytest

from flashpromo import campaign, jobs
from flashpromo.audience import clients
from flashpromo.checkout import settle
from flashpromo.checkout.hold import hold
from flashpromo.db import app_now, session, transaction
from flashpromo.errors import DomainError
from flashpromo.promos import catalogue, lifecycle
from tests.story import broken_promises, publish

SECONDS = 4
PROMOS, BUYERS = 4, 12


@pytest.fixture
def short_holds(app, monkeypatch):
    """Holds expire while the test runs."""
    settings = app.extensions["flashpromo_settings"].model_copy(
        update={"hold_seconds": 1, "cool_down_seconds": 0}
    )
    monkeypatch.setitem(app.extensions, "flashpromo_settings", settings)


@pytest.fixture
def market(world):
    """A few promos with few units, and more clients than that."""
    with transaction():
        products = [world.add_product(f"Product {number}") for number in range(PROMOS)]
        buyers = [world.add_client(f"buyer{number}", metres=number) for number in range(BUYERS)]
    promos = [publish(world, product_id=each, quantity=3).id for each in products]
    return promos, buyers


def attempt(done: Counter, name: str, step: Callable[[], object]) -> object:
    try:
        with transaction():
            result = step()
    except DomainError as refusal:
        done[f"{name}: {refusal.code}"] += 1
        return None
    done[name] += 1
    return result


def shop(done: Counter, chance: random.Random, market) -> None:
    promos, buyers = market
    client_id, promo_id = chance.choice(buyers), chance.choice(promos)
    held = attempt(done, "hold", lambda: hold(client_id, promo_id))
    if held is None:
        return
    match chance.randrange(6):
        case 0:
            attempt(done, "complete", lambda: settle.complete(client_id, held.id))
        case 1 | 2 | 3:
            attempt(done, "release", lambda: settle.release(client_id, held.id))
        case 4:
            place = {"latitude": 19.4326 + chance.random() / 50, "longitude": -99.1332}
            attempt(done, "walk", lambda: clients.change(client_id, place))


def manage(done: Counter, chance: random.Random, market, world) -> None:
    promo_id = chance.choice(market[0])
    later = app_now() + timedelta(seconds=1)
    steps = {
        "quantity": lambda: lifecycle.change(promo_id, {"quantity": chance.randint(1, 6)}),
        "pause": lambda: lifecycle.pause(promo_id),
        "resume": lambda: lifecycle.resume(promo_id),
        "withdraw": lambda: lifecycle.change(promo_id, {}, is_active=False),
        "publish": lambda: lifecycle.change(promo_id, {}, is_active=True),
        "move": lambda: lifecycle.change(promo_id, {"start_time": later}),
        "move store": lambda: catalogue.change_store(
            world.store_id, None, latitude=19.4326 + chance.random() / 1000
        ),
        "activate": campaign.activate_due,
        "sweep": campaign.withdraw_finished,
    }
    name = chance.choice([*steps, "activate", "publish", "resume"])
    attempt(done, name, steps[name])
    jobs.deliver(promo_id)
    time.sleep(chance.random() / 50)


def test_no_moment_is_unhealthy(app, world, short_holds, market):
    stop, done, failures = threading.Event(), Counter(), []

    def act(step: Callable[..., None], number: int, *more) -> None:
        chance = random.Random(number)
        while not stop.is_set():
            with app.app_context():
                try:
                    step(done, chance, market, *more)
                except Exception as failure:  # noqa: BLE001 - reported by the test itself
                    failures.append(failure)
                    return

    threads = [threading.Thread(target=act, args=(shop, number)) for number in range(4)]
    threads += [threading.Thread(target=act, args=(manage, number, world)) for number in (11, 12)]
    for thread in threads:
        thread.start()
    looks, broken = 0, set()
    until = time.monotonic() + SECONDS
    while time.monotonic() < until or looks < 3:
        broken |= broken_promises()
        session().rollback()
        looks += 1
    stop.set()
    for thread in threads:
        thread.join()
    print(looks, "looks;", dict(done))
    assert failures == []
    assert broken | broken_promises() == set()
    assert done["hold"] > 10

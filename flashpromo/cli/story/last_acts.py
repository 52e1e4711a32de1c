"""The end of the story: the hold passes on, the unit is sold, and it is over for all."""

import time
from datetime import datetime, timedelta

from flashpromo.cli.story import observing
from flashpromo.cli.story.counters import Answer, Counter
from flashpromo.cli.story.racing import Hold
from flashpromo.cli.story.telling import Teller, milliseconds
from flashpromo.db import app_now, transaction
from flashpromo.demo.guests import Guest
from flashpromo.promos import queries
from flashpromo.promos.models import Promo
from flashpromo.promos.states import State, state_at

TRY_FOR = timedelta(seconds=3)
TRY_AGAIN_SECONDS = 0.02


def hand_over(tell: Teller, promo: Promo, first: Hold, successor: Guest, counter: Counter) -> Hold:
    """Wait the first hold out; the next client gets the unit the moment that it ends."""
    left = (first.expires_at - observing.now()).total_seconds()
    tell.say(f"{first.guest.name} does not buy; the hold runs for another {left:.1f} s")
    observing.wait_until(first.expires_at - timedelta(seconds=0.5))
    early = counter.reserve(successor, promo.id)
    tell.say(
        f"{successor.name} tries half a second early: {early.status} {early.code}", observing.now()
    )
    tell.promise(early.code == "already_held", "nobody gets it before the minute is over")
    observing.wait_until(first.expires_at)
    granted = _try(successor, promo, counter)
    tell.say(f"{successor.name} tries again: {granted.status} {granted.code}", observing.now())
    tell.demand(granted.status == 201, "the next one gets it after the minute")
    begun = datetime.fromisoformat(granted.body["created_at"])
    gap = (begun - first.expires_at).total_seconds()
    tell.say(f"client {successor.client_id}, {successor.name}, has held it since then", begun)
    tell.promise(0 <= gap < 1, f"it is free the moment the hold expires ({milliseconds(gap)})")
    late = counter.complete(first.guest, first.reservation)
    tell.say(
        f"{first.guest.name} tries to buy after all: {late.status} {late.code}", observing.now()
    )
    tell.promise(late.code == "reservation_expired", "an expired hold cannot buy")
    again = counter.reserve(first.guest, promo.id)
    tell.say(
        f"{first.guest.name} tries to hold it again: {again.status} {again.code}", observing.now()
    )
    return Hold.of(successor, granted)


def sale(tell: Teller, held: Hold, counter: Counter) -> None:
    """The holder buys; doing so twice is one purchase."""
    bought = counter.complete(held.guest, held.reservation)
    tell.say(
        f"{held.guest.name} buys: {bought.status} in {milliseconds(bought.seconds)}",
        observing.now(),
    )
    tell.demand(bought.status == 200, "the holder buys it")
    again = counter.complete(held.guest, held.reservation)
    tell.promise(
        (again.status, again.body["id"]) == (200, held.reservation),
        "repeating it gives the same answer, and no second purchase",
    )


def the_end(tell: Teller, promo: Promo, others: list[Guest], counter: Counter) -> None:
    """Sold out: for everybody, at once."""
    refused = [counter.reserve(guest, promo.id) for guest in others]
    codes = {answer.code for answer in refused}
    seen = [guest for guest in others if promo.id in counter.eligible(guest)]
    with transaction():
        found = queries.get(promo.id, queries.EVERYTHING, now := app_now())
        state = state_at(found, now)
    tell.say(f"{len(others)} others try: {', '.join(sorted(codes))}; the promo is {state}", now)
    tell.promise(
        codes == {"sold_out"} and not seen and state is State.SOLD_OUT,
        "the last unit sold ends the promo for all, on every list",
    )


def _try(guest: Guest, promo: Promo, counter: Counter) -> Answer:
    until = observing.now() + TRY_FOR
    while True:
        answer = counter.reserve(guest, promo.id)
        if answer.status == 201 or observing.now() > until:
            return answer
        time.sleep(TRY_AGAIN_SECONDS)

"""The whole story from the empty stage to the last promise."""

import time
from datetime import timedelta
from typing import Final

from flask import Flask

from flashpromo import campaign
from flashpromo.cli.story import acts, counters, last_acts, observing, racing
from flashpromo.cli.story.counters import Counter
from flashpromo.cli.story.telling import Broken, Teller
from flashpromo.db import transaction
from flashpromo.demo import stage
from flashpromo.demo.guests import RIVALS, Guest, invite, send_guests_home

SECOND_PROMO_TAKES: Final = timedelta(seconds=15)
"""A hold that lasts longer leaves the time to play another act."""


def perform(app: Flask, port: int) -> Teller:
    """Play the story once on the running service; the promises are with the teller.

    Args:
        app: for the threads of the race, if no web process answers.
        port: where the web process would be.
    """
    tell = Teller()
    began = time.monotonic()
    guests = _set_the_stage()
    try:
        _play(tell, guests, counters.choose(app, port, guests[0]))
    except Broken:
        tell.say("the story cannot go on")
    finally:
        _clear()
    tell.act("The end")
    tell.say(
        f"{tell.kept} promises kept, {len(tell.broken)} broken, {time.monotonic() - began:.0f} s"
    )
    return tell


def _play(tell: Teller, guests: list[Guest], counter: Counter) -> None:
    rivals = guests[:RIVALS]
    tell.act("A promo is scheduled, and starts on time")
    promo = acts.publish(tell, stage.LAMP)
    acts.start(tell, promo)
    tell.act("The right clients are told, within a minute")
    acts.audience(tell, promo, guests)
    acts.delivered(tell, promo)
    tell.act("One client holds it")
    held = racing.race(tell, promo, rivals, counter)
    meanwhile = held.expires_at - observing.now() > SECOND_PROMO_TAKES
    if meanwhile:
        acts.once_a_day(tell, guests)
    tell.act("The hold expires, and passes on")
    tell.counts_from(promo.start_time)
    others = [guest for guest in rivals if guest is not held.guest]
    held = last_acts.hand_over(tell, promo, held, others[0], counter)
    tell.act("It is sold, once, and over for all")
    last_acts.sale(tell, held, counter)
    last_acts.the_end(tell, promo, others[1:11], counter)
    if not meanwhile:
        acts.once_a_day(tell, guests)


def _set_the_stage() -> list[Guest]:
    """Each step in a transaction of its own, as the doors do."""
    with transaction():
        send_guests_home()
    with transaction():
        stage.ensure_stand()
    _clear()
    with transaction():
        return invite()


def _clear() -> None:
    """End what is still on offer at the stand."""
    with transaction():
        left = stage.left_over_promos()
    for promo_id in left:
        with transaction():
            campaign.cancel(promo_id)

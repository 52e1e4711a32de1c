"""The acts of the story, in their order; each ends with the promises that it shows."""

from datetime import timedelta
from typing import Final

from flashpromo.cli.story import observing
from flashpromo.cli.story.telling import Teller, milliseconds
from flashpromo.db import transaction
from flashpromo.demo import stage
from flashpromo.demo.guests import RIVALS, Guest
from flashpromo.promos.models import Promo

AHEAD: Final = timedelta(seconds=3)
PATIENCE: Final = timedelta(seconds=15)
PROMISED_LATENESS_SECONDS: Final = 2.0
PROMISED_DELIVERY_SECONDS: Final = 60.0


def publish(tell: Teller, name: str) -> Promo:
    """Publish a promo that starts in three seconds."""
    now = observing.now()
    start = (now + AHEAD).replace(microsecond=0) + timedelta(seconds=1)
    with transaction():
        promo = stage.publish(name, start, minutes=10)
    tell.counts_from(start)
    tell.say(
        f"promo {promo.id} is published: {name}, {promo.promo_price} instead of "
        f"{promo.regular_price}, one piece, within {promo.max_distance_km.normalize():f} km",
        now,
    )
    return promo


def start(tell: Teller, promo: Promo) -> observing.Activation:
    """Wait for the scheduler and the worker."""
    tell.say("it starts", promo.start_time)
    found = observing.activation(promo.id, promo.start_time + PATIENCE)
    if found is None:
        tell.demand(
            False,
            "somebody activates it (are `flask scheduler` and `flask worker activation` running? "
            "bin/run starts them)",
        )
        raise AssertionError
    late = (found.at - promo.start_time).total_seconds()
    tell.say(f"activated: {found.notified} clients notified in one statement", found.at)
    tell.say("the activation is committed and seen", found.seen_at)
    tell.promise(
        0 <= late < PROMISED_LATENESS_SECONDS,
        f"it starts within {PROMISED_LATENESS_SECONDS:.0f} s of its time ({milliseconds(late)})",
    )
    return found


def audience(tell: Teller, promo: Promo, guests: list[Guest]) -> None:
    """Who was told and who was not, and why."""
    why = observing.explanations([guest.client_id for guest in guests], promo.id)
    told = observing.told(promo.id)
    expected = {guest.client_id for guest in guests if not guest.part.untold_because}
    rows = []
    for guest in (*guests[:3], *guests[RIVALS:]):
        explained = why[guest.client_id]
        metres = "?" if explained.distance_m is None else f"{explained.distance_m:,.1f} m"
        outcome = "told" if guest.client_id in told else "not told"
        reasons = [reason for reason in explained.reasons if reason != "already_notified_today"]
        rows.append((guest.client_id, guest.name, metres, outcome, ", ".join(reasons)))
    tell.table(("client", "guest", "distance", "", "because"), rows)
    tell.say(f"… and {RIVALS - 3} more guests between 80 m and 1 km, all told")
    tell.promise(set(told) == expected, f"exactly the right {len(expected)} clients are told, once")


def delivered(tell: Teller, promo: Promo) -> None:
    """What came of the deliveries."""
    states, last = observing.deliveries(promo.id, promo.start_time + PATIENCE)
    said = ", ".join(f"{count} {state}" for state, count in sorted(states.items()))
    tell.say(f"deliveries: {said or 'none, the inbox is the notification itself'}", last)
    late = 0.0 if last is None else (last - promo.start_time).total_seconds()
    tell.promise(
        set(states) <= {"sent"} and late < PROMISED_DELIVERY_SECONDS,
        f"everybody is told within a minute ({milliseconds(late)})",
    )


def once_a_day(tell: Teller, guests: list[Guest]) -> Promo:
    """A second promo for the same clients on the same day."""
    tell.act("Nobody is told twice on one day (a second promo, with its own T)")
    promo = publish(tell, stage.MUG)
    found = observing.activation(promo.id, promo.start_time + PATIENCE)
    if found is not None:
        tell.say(f"activated: {found.notified} clients notified", found.at)
    tell.demand(found is not None, "the second promo starts too")
    told = [guest for guest in guests if not guest.part.untold_because]
    why = observing.explanations([guest.client_id for guest in told], promo.id)
    refused = [
        client_id
        for client_id, explained in why.items()
        if explained.reasons == ["already_notified_today"]
    ]
    tell.promise(
        found is not None and found.notified == 0 and len(refused) == len(told),
        f"nobody is told twice on one day: {len(refused)} of {len(told)} are refused "
        "as already_notified_today",
    )
    tell.promise(
        all(explained.reached for explained in why.values()),
        "and all of them may take it nevertheless",
    )
    return promo

"""The acts of the story, in their order; each ends with the promises that it shows."""

from collections import Counter as Tally
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median
from threading import Barrier
from typing import Final

from flashpromo.cli.story import observing
from flashpromo.cli.story.counters import Answer, Counter
from flashpromo.cli.story.telling import Teller, milliseconds
from flashpromo.db import transaction
from flashpromo.demo import stage
from flashpromo.demo.stage import Guest
from flashpromo.promos.models import Promo

AHEAD: Final = timedelta(seconds=3)
PATIENCE: Final = timedelta(seconds=15)
PROMISED_LATENESS_SECONDS: Final = 2.0
PROMISED_DELIVERY_SECONDS: Final = 60.0


@dataclass(frozen=True)
class Hold:
    """A reservation and who has it."""

    guest: Guest
    reservation: int
    expires_at: datetime

    @classmethod
    def of(cls, guest: Guest, answer: Answer) -> "Hold":
        """The hold that an answer grants."""
        expires_at = datetime.fromisoformat(answer.body["expires_at"])
        return cls(guest, answer.body["id"], expires_at)


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
    for guest in (*guests[:3], *guests[stage.RIVALS :]):
        explained = why[guest.client_id]
        metres = "?" if explained.distance_m is None else f"{explained.distance_m:,.1f} m"
        outcome = "told" if guest.client_id in told else "not told"
        reasons = [reason for reason in explained.reasons if reason != "already_notified_today"]
        rows.append((guest.client_id, guest.name, metres, outcome, ", ".join(reasons)))
    tell.table(("client", "guest", "distance", "", "because"), rows)
    tell.say(f"… and {stage.RIVALS - 3} more guests between 80 m and 1 km, all told")
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


def race(tell: Teller, promo: Promo, rivals: list[Guest], counter: Counter) -> Hold:
    """All rivals reserve at the same instant."""
    gate = Barrier(len(rivals))

    def reserve(guest: Guest) -> Answer:
        gate.wait()
        return counter.reserve(guest, promo.id)

    asked_at = observing.now()
    with ThreadPoolExecutor(len(rivals)) as threads:
        answers = list(threads.map(reserve, rivals))
    tally = Tally(f"{answer.status} {answer.code}" for answer in answers)
    took = sorted(answer.seconds for answer in answers)
    tell.say(f"{len(rivals)} clients reserve at once, by {counter.name}", asked_at)
    tell.say(f"answers: {', '.join(f'{many} times {said}' for said, many in tally.most_common())}")
    tell.say(
        f"they took {milliseconds(median(took))} in the middle, {milliseconds(took[-1])} at most"
    )
    winners = [
        Hold.of(guest, answer)
        for guest, answer in zip(rivals, answers, strict=True)
        if answer.status == 201
    ]
    tell.demand(
        len(winners) == 1 and tally["409 already_held"] == len(rivals) - 1,
        "exactly one of them holds it, all others are told that it is held",
    )
    holder = winners[0]
    tell.say(f"client {holder.guest.client_id}, {holder.guest.name}, holds it", asked_at)
    return holder


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

"""The act in which fifty clients reserve at the same instant, and one of them holds."""

from collections import Counter as Tally
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from statistics import median
from threading import Barrier

from flashpromo.cli.story import observing
from flashpromo.cli.story.counters import Answer, Counter
from flashpromo.cli.story.telling import Teller, milliseconds
from flashpromo.demo.guests import Guest
from flashpromo.promos.models import Promo


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

"""Ways to clients that do what a test wants, and remember what they were given."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from flashpromo.notify.channels.protocol import SENT, Message, Offer, Outcome

Answer = Callable[[Message], Outcome]


@dataclass
class Post:
    """A channel that answers each message by a rule; by default all is well."""

    name: str = "log"
    answer: Answer = lambda _: SENT
    meanwhile: Callable[[], object] = lambda: None
    batches: list[list[Message]] = field(default_factory=list)
    offers: list[Offer] = field(default_factory=list)

    def send(self, offer: Offer, messages: Sequence[Message]) -> Sequence[Outcome]:
        self.offers.append(offer)
        self.batches.append(list(messages))
        self.meanwhile()
        return [self.answer(message) for message in messages]

    @property
    def sent(self) -> list[Message]:
        return [message for batch in self.batches for message in batch]


def fails(error: str = "busy", *, permanent: bool = False) -> Answer:
    return lambda _: Outcome(error, permanent=permanent)

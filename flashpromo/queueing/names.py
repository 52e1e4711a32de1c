"""The names of the jobs, and the queue of each. One worker process serves one queue."""

from collections.abc import Mapping, Sequence
from typing import Final

ACTIVATE: Final = "activate"
WITHDRAW: Final = "withdraw"
DELIVER: Final = "deliver"
MEASURE: Final = "measure"
POST: Final = "post"

ACTIVATION: Final = "activation"
DELIVERY: Final = "delivery"
LETTERS: Final = "letters"
"""Of its own: a mail server that hangs must hold up no promo."""
QUEUES: Final = (ACTIVATION, DELIVERY, LETTERS)

QUEUE_OF: Final[Mapping[str, str]] = {
    ACTIVATE: ACTIVATION,
    WITHDRAW: ACTIVATION,
    DELIVER: DELIVERY,
    MEASURE: DELIVERY,
    POST: LETTERS,
}


def job_id(name: str, promo_id: int) -> str:
    """`activate-17`: letters, digits and a dash only, as RQ demands."""
    return f"{name}-{promo_id}"


def subject(name: str, ids: Sequence[int]) -> dict[str, int]:
    """What a job is about, as lines of the log name it."""
    return {"letter_id" if name == POST else "promo_id": ids[0]} if ids else {}

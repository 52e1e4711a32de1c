"""The names of the jobs, and the queue of each. One worker process serves one queue."""

from collections.abc import Mapping
from typing import Final

ACTIVATE: Final = "activate"
WITHDRAW: Final = "withdraw"
DELIVER: Final = "deliver"
MEASURE: Final = "measure"

ACTIVATION: Final = "activation"
DELIVERY: Final = "delivery"
QUEUES: Final = (ACTIVATION, DELIVERY)

QUEUE_OF: Final[Mapping[str, str]] = {
    ACTIVATE: ACTIVATION,
    WITHDRAW: ACTIVATION,
    DELIVER: DELIVERY,
    MEASURE: DELIVERY,
}


def job_id(name: str, promo_id: int) -> str:
    """`activate-17`: letters, digits and a dash only, as RQ demands."""
    return f"{name}-{promo_id}"

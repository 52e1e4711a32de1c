"""What can be done with a promo, by its state: what pages offer.

The domain decides anew, behind its locks, whether a step is taken; this only says what makes sense
to ask for.
"""

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Final

from flashpromo.promos.states import State


class Step(StrEnum):
    """A step of a promo's life that somebody takes."""

    PUBLISH = "publish"
    WITHDRAW = "withdraw"
    PAUSE = "pause"
    RESUME = "resume"
    CANCEL = "cancel"
    DUPLICATE = "duplicate"
    DELETE = "delete"


_OF_THE_LIVE: Final = (Step.DUPLICATE, Step.WITHDRAW, Step.CANCEL, Step.DELETE)
_OF_THE_FINISHED: Final = (Step.DUPLICATE, Step.DELETE)

POSSIBLE: Final[Mapping[State, Sequence[Step]]] = {
    State.DRAFT: (Step.PUBLISH, Step.DUPLICATE, Step.DELETE),
    State.SCHEDULED: (Step.PAUSE, *_OF_THE_LIVE),
    State.RUNNING: (Step.PAUSE, *_OF_THE_LIVE),
    State.PAUSED: (Step.RESUME, *_OF_THE_LIVE),
    State.SOLD_OUT: _OF_THE_FINISHED,
    State.ENDED: _OF_THE_FINISHED,
    State.CANCELLED: _OF_THE_FINISHED,
}
"""In the order in which they are offered, the most likely first."""
EDITABLE: Final = frozenset({State.DRAFT, State.SCHEDULED, State.RUNNING, State.PAUSED})
"""The states in which the terms can still be changed."""

"""What a promo refuses."""

from datetime import datetime

from flashpromo.errors import Conflict


class PromoNotRunning(Conflict):
    """Nobody can take it: it has not started, is paused, or is over."""

    code = "promo_not_running"
    title = "This promo is not running."


class PromoFinished(Conflict):
    """Ended, sold out or cancelled: its terms are history."""

    code = "promo_finished"
    title = "This promo is over and cannot be changed."


class PromoOverlaps(Conflict):
    """Another published promo of the product covers part of the window."""

    code = "promo_overlaps"
    title = "Another published promo of this product overlaps this window."
    start_time: datetime | None = None  # of the window, for a door that wants several


class WrongState(Conflict):
    """The step is not possible from the present state, which `state` names."""

    code = "wrong_state"
    title = "This is not possible in the promo's present state."

"""What the checkout refuses, in the order in which it looks."""

from flashpromo.errors import Conflict, DomainError, TooSoon


class NotEligible(DomainError):
    """The promo does not reach this client; `reasons` names every failing part of *reach*."""

    status = 403
    code = "not_eligible"
    title = "This promo is not for you."

    def __init__(self, reasons: list[str], distance_m: float | None) -> None:
        super().__init__(
            reason=reasons[0],
            reasons=reasons,
            distance_m=None if distance_m is None else round(distance_m, 1),
        )


class AlreadyHeld(Conflict):
    """Every unit is held; `held_by_you` when one of them is the caller's own."""

    code = "already_held"
    title = "This is held already."


class AllHeld(AlreadyHeld):
    """It is others who hold all of it."""


class SoldOut(Conflict):
    """Nothing is left."""

    code = "sold_out"
    title = "This promo is sold out."


class ReservationLimit(Conflict):
    """The client holds as many units as one client may."""

    code = "reservation_limit"
    title = "You hold as many reservations as one client may."


class ReservationExpired(Conflict):
    """The hold is over: its time ran out, or it was given back."""

    code = "reservation_expired"
    title = "This reservation is no longer valid."


class ReservationCompleted(Conflict):
    """What is bought cannot be given back here."""

    code = "reservation_completed"
    title = "This reservation is completed."


class CoolDown(TooSoon):
    """The client's last hold on this promo expired a moment ago."""

    code = "cool_down"
    title = "Your last reservation of this promo has just expired; wait a moment."

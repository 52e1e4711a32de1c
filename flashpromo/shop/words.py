"""What a refusal means to the person who gets it, and what to do about it."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from flask_babel import gettext as _
from flask_babel import ngettext

from flashpromo.audience.fix_rules import Doubt, LocationRefused
from flashpromo.checkout.errors import (
    AlreadyHeld,
    CoolDown,
    NotEligible,
    ReservationCompleted,
    ReservationExpired,
    ReservationLimit,
    SoldOut,
)
from flashpromo.entrance import language
from flashpromo.errors import DomainError
from flashpromo.promos.errors import PromoNotRunning

Words = Callable[[Mapping[str, Any]], Any]
"""From what a refusal carries to the words; flask-babel does not say that it gives strings."""


def of(error: DomainError) -> str:
    """One sentence for the client, in the language of the page."""
    said = next((SAID[kind] for kind in type(error).__mro__ if kind in SAID), None)
    return str(said(error.extra)) if said is not None else language.told(error.detail)


def why_not(reason: str) -> str:
    """A part of *reach* that does not hold, by its name."""
    return WHY_NOT[reason]()


def doubt(reason: str) -> str:
    """Why a place was not believed."""
    return DOUBTS[Doubt(reason)]()


WHY_NOT: Final[Mapping[str, Callable[[], str]]] = {
    "location_unknown": lambda: _("It is not for you now: we do not know where you are."),
    "location_too_old": lambda: _(
        "It is not for you now: we heard of your place too long ago. Say where you are."
    ),
    "out_of_range": lambda: _("It is not for you now: you are too far from the store."),
    "not_in_segments": lambda: _("It is not for you now: it is for other groups of clients."),
}

DOUBTS: Final[Mapping[Doubt, Callable[[], str]]] = {
    Doubt.TOO_OLD: lambda: _("That place is from too long ago. Say where you are now."),
    Doubt.TOO_COARSE: lambda: _(
        "Your device knows its place only roughly. Try again outdoors, or pick it on the map."
    ),
    Doubt.TOO_FAST: lambda: _(
        "Nobody gets there so fast from where you were last. Until there was time for the way, "
        "your place counts as unknown."
    ),
    Doubt.OUT_OF_ORDER: lambda: _("A newer place of yours is known; that one came late."),
}


def _not_eligible(extra: Mapping[str, Any]) -> Any:
    return why_not(str(extra["reason"]))


def _already_held(extra: Mapping[str, Any]) -> Any:
    if extra.get("held_by_you"):
        return _("You hold one already.")
    return _("Somebody else was faster: every unit is held. One may be free again in a moment.")


def _limit(extra: Mapping[str, Any]) -> Any:
    return ngettext(
        "You hold a unit of another promo: buy it or give it back first.",
        "You hold %(num)s units of other promos: buy one or give it back first.",
        extra["limit"],
    )


def _cool_down(extra: Mapping[str, Any]) -> Any:
    return ngettext(
        "Your minute on it has just run out: others go first for another second.",
        "Your minute on it has just run out: others go first for another %(num)s seconds.",
        extra["retry_after_seconds"],
    )


SAID: Final[Mapping[type, Words]] = {
    NotEligible: _not_eligible,
    AlreadyHeld: _already_held,
    SoldOut: lambda _extra: _("It is sold out: somebody has bought the last one."),
    PromoNotRunning: lambda _extra: _("It does not run at this moment."),
    ReservationLimit: _limit,
    CoolDown: _cool_down,
    ReservationExpired: lambda _extra: _("Your minute is over: it is free for others again."),
    ReservationCompleted: lambda _extra: _("You have bought it: it cannot be given back here."),
    LocationRefused: lambda extra: doubt(str(extra["reason"])),
}

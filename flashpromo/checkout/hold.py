"""Taking a hold: exactly one holder per unit, decided by one conditional update of the unit's row.

The order of the looks is the order of the answers: eligible, running, cool-down, own limit, free.
Redis may answer "taken" before the database is asked, but only to a client that is known to be
eligible; it can never answer "granted".
"""

from dataclasses import dataclass
from datetime import datetime

from flashpromo import cache
from flashpromo.barriers import barrier
from flashpromo.checkout import eligibility, free_units, limits, tries
from flashpromo.checkout.eligibility import Offer
from flashpromo.checkout.errors import AllHeld, SoldOut
from flashpromo.checkout.free_units import Left
from flashpromo.checkout.models import Reservation
from flashpromo.db import after_commit
from flashpromo.errors import DomainError, NotFound
from flashpromo.meters import instruments
from flashpromo.promos import queries
from flashpromo.promos.errors import PromoNotRunning
from flashpromo.promos.models import Promo
from flashpromo.promos.states import State, state_at

ALL_HELD = "Every unit of this promo is held just now."
HINT_SECONDS = 2.0
"""A hint lives this long at most, the bound of a lie when Redis misses a release."""


@dataclass(frozen=True)
class Held:
    """What was taken, of which offer, and when."""

    reservation: Reservation
    offer: Offer
    at: datetime


def hold(client_id: int, promo_id: int) -> Reservation:
    """Hold one unit of a running promo for the client; see `take`."""
    return take(client_id, promo_id).reservation


def take(client_id: int, promo_id: int) -> Held:
    """Hold one unit of a running promo for the client, and tell of what.

    Raises:
        NotFound: no such promo that shoppers may know of.
        NotEligible: the promo does not reach the client; answered even while every unit is held.
        PromoNotRunning: it has not started, is paused, or is over.
        CoolDown: the client's last hold on it expired a moment ago.
        AlreadyHeld: the client holds one already, or all are held.
        ReservationLimit: the client holds as many units as one client may.
        SoldOut: nothing is left.
    """
    try:
        held = _offered_and_taken(client_id, promo_id)
    except DomainError as refusal:
        instruments.HOLD_REQUESTS.labels(refusal.code).inc()
        raise
    after_commit(instruments.HOLD_REQUESTS.labels("granted").inc)
    return held


def _offered_and_taken(client_id: int, promo_id: int) -> Held:
    may, hint = _remembered(client_id, promo_id)
    if _is_known(may, hint):
        tries.note(promo_id)
        raise AllHeld(ALL_HELD)
    now = limits.lock_client(client_id)
    offer = _offer(client_id, promo_id, now)
    limits.demand(client_id, promo_id, now)
    barrier("hold.asked")
    taken, left = free_units.take(offer.promo, client_id, now)
    if taken is None:
        # The next time, Redis may refuse it: it is eligible, and all is held.
        eligibility.remember(may, offer.reach, now)
        raise _refusal(offer.promo, left, hint, now)
    barrier("hold.recorded")
    # After the commit, spare the database the losers, if this was the last free unit.
    after_commit(lambda: _remember_taken(offer.promo, left, hint, now))
    cache.tell(cache.units_stamp(promo_id))
    cache.tell(cache.client_stamp(client_id))
    return Held(taken, offer, now)


def is_refused(client_id: int, promo_id: int) -> bool:
    """Whether `hold` would raise `AllHeld` without a look into the database; counted as if it had.

    For whoever has raised it before and can say the same again.
    """
    is_known = _is_known(*_remembered(client_id, promo_id))
    if is_known:
        tries.note(promo_id)
        instruments.HOLD_REQUESTS.labels(AllHeld.code).inc()
    return is_known


def known_taken(promo_id: int) -> cache.Reading:
    """What is remembered of the promo's units; a value means that all of them were held."""
    return cache.look_up(*_wanted(promo_id))


def _wanted(promo_id: int) -> tuple[str, tuple[str, ...]]:
    return f"taken:{promo_id}", (cache.units_stamp(promo_id),)


def _remembered(client_id: int, promo_id: int) -> list[cache.Reading]:
    """Whether the client is eligible and whether all is taken, in one round trip."""
    return cache.look_up_all(dict([eligibility.wanted(client_id, promo_id), _wanted(promo_id)]))


def _is_known(may: cache.Reading, hint: cache.Reading) -> bool:
    """Whether the client is eligible and all is held, as far as Redis knows."""
    return may.value is not None and hint.value is not None


def _offer(client_id: int, promo_id: int, now: datetime) -> Offer:
    """The promo, if it exists for this client, reaches it, and runs.

    What is remembered may refuse, never grant: whoever is to hold is looked at here.
    """
    offer = eligibility.offer(client_id, promo_id, now)
    if state_at(offer.promo, now) is State.DRAFT:
        raise NotFound
    offer.reach.demand()
    _demand_running(offer.promo, now)
    return offer


def _demand_running(promo: Promo, now: datetime) -> None:
    state = state_at(promo, now)
    if state is State.SOLD_OUT:
        raise SoldOut
    if state is not State.RUNNING:
        raise PromoNotRunning(f"This promo is {state}.", state=state)


def _refusal(promo: Promo, left: Left, hint: cache.Reading, now: datetime) -> SoldOut | AllHeld:
    if not left.unsold:
        # It was sold out or cancelled since it was read: say which.
        _demand_running(queries.get(promo.id, queries.EVERYTHING, now), now)
        return SoldOut()
    _remember_taken(promo, left, hint, now)
    tries.note(promo.id)
    return AllHeld(ALL_HELD)


def _remember_taken(promo: Promo, left: Left, hint: cache.Reading, now: datetime) -> None:
    """Remember "taken" until a hold or the promo runs out; `hint` was read before the units."""
    if not left.free and left.next_free is not None:
        until = min(left.next_free, promo.end_time)
        cache.remember(hint, b"1", min((until - now).total_seconds(), HINT_SECONDS))

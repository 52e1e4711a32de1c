"""Promos as a shopper sees them: how far, how many are left, and what the shopper has of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from flashpromo.checkout import free_units, queries
from flashpromo.checkout.models import Reservation
from flashpromo.checkout.queries import ReservationState
from flashpromo.promos import nearness, stock
from flashpromo.promos.models import Promo
from flashpromo.promos.states import State, state_at
from flashpromo.promos.stock import Stock


@dataclass(frozen=True)
class Offer:
    """One promo for one client at one time.

    `held` is the client's own live hold, `free_at` when the next unit may be free if all are held.
    """

    promo: Promo
    state: State
    stock: Stock
    distance_m: float | None
    held: Reservation | None
    free_at: datetime | None

    @property
    def may_reserve(self) -> bool:
        """Whether trying makes sense; whether it succeeds is another question."""
        return self.state is State.RUNNING and self.held is None and self.stock.free > 0


def of(client_id: int, promos: Sequence[Promo], now: datetime) -> list[Offer]:
    """These promos for the client, in their order; a constant number of queries, nearly."""
    ids = [promo.id for promo in promos]
    stocks, distances = stock.of(ids, now), nearness.distances_m(client_id, ids)
    held = holds(client_id)
    return [
        Offer(
            promo=promo,
            state=state_at(promo, now),
            stock=stocks.get(promo.id, stock.NOTHING),
            distance_m=distances.get(promo.id),
            held=held.get(promo.id),
            free_at=_free_at(promo, stocks.get(promo.id, stock.NOTHING), now),
        )
        for promo in promos
    ]


def holds(client_id: int) -> Mapping[int, Reservation]:
    """The client's live holds by their promos; there can only be a few."""
    _, found = queries.page(client_id, state=ReservationState.HELD, limit=100)
    return {each.promo_id: each for each in found}


def renew_at(offers: Sequence[Offer], now: datetime) -> datetime | None:
    """When the first of them looks different though nobody does anything: an end, a hold's end."""
    moments = [each.promo.end_time for each in offers]
    moments += [each.free_at for each in offers if each.free_at is not None]
    moments += [each.held.expires_at for each in offers if each.held is not None]
    return min((moment for moment in moments if moment > now), default=None)


def _free_at(promo: Promo, units: Stock, now: datetime) -> datetime | None:
    if units.free or not units.held:
        return None
    return free_units.look(promo.id, now).next_free

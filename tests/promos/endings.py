"""The three ways in which a promo is over, each as a story of its own."""

from flashpromo import campaign
from flashpromo.db import session, transaction
from flashpromo.promos.models import Promo
from tests.story import activate, complete, take


def end(world, clock) -> Promo:
    promo = activate(world)
    clock.advance(hours=2)
    return promo


def sell_out(world, clock) -> Promo:
    promo = activate(world)
    complete(take(world.alice, promo.id))
    return promo


def cancel(world, clock) -> Promo:
    promo = activate(world)
    with transaction():
        return campaign.cancel(promo.id)


OVER = [end, sell_out, cancel]


def fresh(promo_id: int) -> Promo:
    """The row as it stands in the database."""
    return session().get(Promo, promo_id, populate_existing=True)

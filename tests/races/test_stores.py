"""A store is removed while a promo of one of its products is published: one of them is refused."""

from functools import partial

from sqlalchemy import func, select

from flashpromo.db import session
from flashpromo.market.models import Product, Store
from flashpromo.promos.models import Promo
from tests.races import acts, checks, places, twins
from tests.races.crew import Call
from tests.story import terms

ROUNDS = 100
LOOKED = partial(places.linger_at, "twin.looked", 0.03)


def race(crew, stage, product_id, delay=0.0):
    store_id = session().get_one(Product, product_id).store_id
    session().rollback()
    answers = crew.at_once(
        [
            Call(acts.later, delay, acts.remove_store, store_id),
            Call(acts.publish, terms(stage.world, product_id=product_id)),
        ]
    )
    came = checks.outcomes(answers)
    checks.demand(came["done"] == 1 and came["in_use"] + came["validation_error"] == 1, came)
    session().rollback()
    orphans = session().scalar(
        select(func.count())
        .select_from(Promo)
        .join(Product, Product.id == Promo.product_id)
        .join(Store, Store.id == Product.store_id)
        .where(Promo.published, Store.deleted_at.is_not(None))
    )
    checks.demand(orphans == 0, f"{orphans} published promos of a removed store")


def test_a_store_is_removed_or_has_a_promo_but_not_both(hire, stage):
    crew = hire(2)
    for number, product_id in enumerate(stage.shops(ROUNDS)):
        race(crew, stage, product_id, delay=0.001 * (number % 10))
    checks.nothing_is_broken()


def test_publishing_for_a_store_that_is_not_locked_is_caught(hire, stage):
    crew = hire(2, [LOOKED, twins.price_read_without_lock])
    products = iter(stage.shops(20))
    checks.assert_caught(lambda: race(crew, stage, next(products)), rounds=20)

"""A product becomes cheaper while its promos are made and changed: a promo is always below it."""

import itertools
from decimal import Decimal
from functools import partial

from sqlalchemy import func, or_, select, text

from flashpromo.db import session
from flashpromo.market.models import Product
from flashpromo.promos.models import Promo
from tests.races import acts, checks, places, twins
from tests.races.crew import Call
from tests.story import publish, terms

ROUNDS = 100
USUAL, LOWERED = Decimal("999.00"), Decimal("400.00")
ABOVE, BELOW = Decimal("499.00"), Decimal("300.00")
READY = partial(places.linger_at, "transaction.ready", 0.005)
LOOKED = partial(places.linger_at, "twin.looked", 0.03)


def below_the_regular_price(answers):
    came = checks.outcomes(answers)
    checks.demand(set(came) <= {"done", "validation_error"}, answers)
    session().rollback()
    wrong = session().scalar(
        select(func.count())
        .select_from(Promo)
        .join(Product, Product.id == Promo.product_id)
        .where(
            Promo.published,
            or_(
                Promo.promo_price >= Product.regular_price,
                Promo.regular_price != Product.regular_price,
            ),
        )
    )
    checks.demand(wrong == 0, f"{wrong} promos are not below the regular price")


def create_race(crew, stage, product_id, delay=0.0):
    """Lower the price while a promo above the new price is published."""
    offer = terms(stage.world, product_id=product_id, promo_price=ABOVE)
    answers = crew.at_once(
        [
            Call(acts.later, delay, acts.set_regular_price, product_id, LOWERED),
            Call(acts.publish, offer),
        ]
    )
    below_the_regular_price(answers)
    checks.demand(checks.outcomes(answers)["done"] == 1, answers)


def change_race(crew, stage, promo, delay=0.0):
    """Lower the price while a promo is made dearer than the new price."""
    answers = crew.at_once(
        [
            Call(acts.later, delay, acts.set_regular_price, promo.product_id, LOWERED),
            Call(acts.change, promo.id, {"promo_price": ABOVE}),
        ]
    )
    below_the_regular_price(answers)
    checks.demand(checks.outcomes(answers)["done"] == 1, answers)


def reset(promo):
    """As it was before: a promo at 300 of a product at 999."""
    session().execute(text("UPDATE product SET regular_price = 999"))
    session().execute(text("UPDATE promo SET regular_price = 999, promo_price = 300"))
    session().commit()


def test_a_promo_made_while_the_price_falls_is_below_the_new_price(hire, stage):
    crew = hire(2, [READY])
    for number, product_id in enumerate(stage.shops(ROUNDS)):
        create_race(crew, stage, product_id, delay=0.001 * (number % 10))
    checks.nothing_is_broken()


def test_a_promo_changed_while_the_price_falls_is_below_the_new_price(hire, stage):
    crew = hire(2, [READY])
    promo = publish(stage.world, promo_price=BELOW)
    for number in range(ROUNDS):
        reset(promo)
        change_race(crew, stage, promo, delay=0.001 * (number % 10))
    checks.nothing_is_broken()


def test_a_promo_made_by_a_price_read_without_a_lock_is_caught(hire, stage):
    crew = hire(2, [LOOKED, twins.price_read_without_lock])
    products = iter(stage.shops(20))
    checks.assert_caught(lambda: create_race(crew, stage, next(products)), rounds=20)


def test_a_promo_changed_by_a_price_read_without_a_lock_is_caught(hire, stage):
    crew = hire(2, [LOOKED, twins.price_read_without_lock])
    promo = publish(stage.world, promo_price=BELOW)

    delays = itertools.cycle([0.0, 0.015, 0.03, 0.045])

    def race():
        reset(promo)
        change_race(crew, stage, promo, next(delays))

    checks.assert_caught(race, rounds=40)

"""Overlapping promos of one product are published at the same instant: exactly one is."""

from datetime import timedelta

from sqlalchemy import func, select

from flashpromo.db import session
from flashpromo.promos.models import Promo
from tests.races import acts, checks
from tests.races.crew import Call
from tests.story import terms

ROUNDS = 100
RIVALS = 3


def race(crew, stage, product_id):
    wanted = [
        each.changed({"end_time": each.end_time + timedelta(hours=number)})
        for number, each in enumerate([terms(stage.world, product_id=product_id)] * RIVALS)
    ]
    answers = crew.at_once([Call(acts.publish, each) for each in wanted])
    came = checks.outcomes(answers)
    checks.demand(came == {"done": 1, "promo_overlaps": RIVALS - 1}, came)
    session().rollback()
    published = session().scalar(
        select(func.count()).where(Promo.product_id == product_id, Promo.published)
    )
    checks.demand(published == 1, f"{published} are published")


def test_exactly_one_of_overlapping_promos_is_published(hire, stage):
    crew = hire(RIVALS)
    for product_id in stage.shops(ROUNDS):
        race(crew, stage, product_id)
    checks.nothing_is_broken()


def test_overlapping_promos_without_the_exclusion_constraint_are_caught(hire, stage):
    crew = hire(RIVALS)
    products = iter(stage.shops(20))
    with stage.without_constraints(("promo", "ex_promo_product_window")):
        checks.assert_caught(lambda: race(crew, stage, next(products)), rounds=20)

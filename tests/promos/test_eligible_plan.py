"""How the eligible list is found among thousands of promos elsewhere."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import text

from flashpromo.db import session
from flashpromo.promos import reaching
from tests.audience.plain_rule import Offer, Person
from tests.audience.plans import analyze, plans_of
from tests.audience.scenes import HARD_PLACES, Scene
from tests.audience.stage import stage

NOW = datetime(2026, 3, 29, 12, tzinfo=UTC)
ZOCALO = HARD_PLACES["in Mexico City"]
EVERYWHERE = text("""
INSERT INTO product (id, store_id, name, regular_price)
SELECT n, 1, 'Thing', 100 FROM generate_series(2, 4001) AS n;
INSERT INTO promo (id, product_id, promo_price, regular_price, start_time, end_time, location,
                   segment_ids, published)
SELECT 1000000 + n, n, 50, 100, :start, :end,
       ST_Point(-180 + (n * 7919 % 3600) / 10.0, -60 + (n * 104729 % 1200) / 10.0),
       '{1}', true
FROM generate_series(2, 4001) AS n;
INSERT INTO promo_run (promo_id) SELECT 1000000 + n FROM generate_series(2, 4001) AS n;
""")


@pytest.fixture
def world_full_of_promos(context):
    """Four thousand promos all over the world run now, and one near the client."""
    offer = Offer(ZOCALO, Decimal(2), frozenset({1}), Decimal("10.00"))
    scene = Scene(NOW, [offer], [Person(ZOCALO, NOW, frozenset({1}))])
    with stage(NOW):
        scene.write()
        day = timedelta(days=1)
        session().execute(EVERYWHERE, {"start": NOW - day, "end": NOW + day})
        analyze("client", "promo", "promo_run", "product", "store")
        yield scene


def test_the_list_is_found_by_the_promos_own_index(world_full_of_promos):
    plan = plans_of(lambda: reaching.promos(1, NOW))
    assert "Index Scan on ix_promo_location_published" in plan or (
        "Index Scan using ix_promo_location_published" in plan
    )


def test_the_one_near_promo_is_all_that_is_on_it(world_full_of_promos):
    assert [promo.id for promo in reaching.promos(1, NOW)] == world_full_of_promos.promo_ids

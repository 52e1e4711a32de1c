"""How the wave finds its audience among many clients."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from sqlalchemy import text

from flashpromo import insight
from flashpromo.audience import samples
from flashpromo.db import session
from flashpromo.notify import audiences, fan_out
from flashpromo.notify.disclosure import Question
from tests.audience.plain_rule import Offer
from tests.audience.plans import analyze, plans_of
from tests.audience.scenes import HARD_PLACES, Scene
from tests.audience.stage import stage

NOW = datetime(2026, 3, 29, 12, tzinfo=UTC)
ZOCALO = HARD_PLACES["in Mexico City"]
# A grid of 0.7 degrees: some 77 km from edge to edge, a city with its suburbs.
CROWD = text("""
INSERT INTO client (latitude, longitude, located_at, segment_ids, time_zone)
SELECT 19.43 + 0.7 * ((n % 150) / 150.0 - 0.5), -99.13 + 0.7 * ((n / 150) / 150.0 - 0.5),
       :now, ARRAY[1 + n % 4], 'America/Mexico_City'
FROM generate_series(0, 22499) AS n
""")


@pytest.fixture
def city(context):
    """22,500 clients around TechShop and a promo of 2 km, with fresh statistics."""
    scene = Scene(NOW, [Offer(ZOCALO, Decimal(2), frozenset({1, 2}), Decimal("10.00"))], [])
    with stage(NOW):
        scene.write()
        session().execute(CROWD, {"now": NOW})
        analyze("client", "promo", "promo_run", "notification")
        yield scene


def test_an_audience_of_two_kilometres_is_found_by_the_index(city):
    plan = plans_of(lambda: session().execute(fan_out.audience(city.promo_ids, NOW)).all())
    assert "ix_client_location" in plan
    assert "Seq Scan on client" not in plan


def test_the_activation_as_it_is_run_finds_it_by_the_index_too(city):
    plan = plans_of(lambda: fan_out.fan_out(city.promo_ids, NOW, ["log"]))
    assert "ix_client_location" in plan
    assert "Seq Scan on client" not in plan


def test_the_preview_finds_it_by_the_index_too(city):
    asked = Question(ZOCALO.latitude, ZOCALO.longitude, Decimal(2), (1, 2))
    plan = plans_of(lambda: insight.preview(asked, exact=True))
    assert "ix_client_location" in plan
    assert "Seq Scan on client" not in plan


@pytest.mark.parametrize("nth", samples.SIZES)
def test_a_sample_is_found_by_its_own_index(city, nth):
    asked = Question(ZOCALO.latitude, ZOCALO.longitude, Decimal(50), (1, 2))
    plan = plans_of(lambda: audiences.count(asked, NOW, nth))
    assert f"ix_client_location_every_{nth}th" in plan


def test_counting_whom_it_reached_finds_it_by_the_index_too(city):
    plan = plans_of(lambda: audiences.count_reached_untold(city.promo_ids[0], NOW))
    assert "ix_client_location" in plan
    assert "Seq Scan on client" not in plan

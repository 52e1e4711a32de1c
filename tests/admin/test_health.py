"""The health of the service as an operator sees it: verdicts in words, and what to do."""

import re

import pytest

from flashpromo.cli import rounds
from tests.admin.operating import HEALTH, look_as, operator, town, workshop

__all__ = ["look_as", "operator", "town", "workshop"]


def test_all_is_well_is_said_once(operator, workshop):
    workshop.leave_a_trace()
    workshop.sign_in_workers()
    said = operator.get(HEALTH).text
    assert said.count("<h1") == 1
    assert "All is well." in said
    assert said.count("verdict verdict-good") == 8  # seven signs and the whole
    assert "Promos that are due" in said


def test_trouble_is_said_with_what_to_do(operator, workshop, town, clock):
    promo_id = town.promo("Headphones", hours=0)
    clock.advance(seconds=30)
    said = operator.get(HEALTH).text
    assert "Something is bad." in said
    assert f'href="/console/promos/{promo_id}/"' in said
    assert "Look at the workers of the queue “activation”" in said
    assert "No scheduler has left a trace" in said
    assert "nobody serves: activation, delivery, letters" in said


def test_it_tells_how_late_promos_started(operator, workshop, town, clock):
    town.promo("Headphones", hours=0)
    clock.advance(seconds=20)
    with town.app.app_context():
        rounds.sweep_activations()
    said = operator.get(HEALTH).text
    assert re.search(r"\b2[01](\.\d)? s late", said)


@pytest.mark.parametrize("path", [HEALTH, f"{HEALTH}now/"])
def test_the_part_that_renews_itself_is_the_same(operator, workshop, path):
    workshop.leave_a_trace()
    said = operator.get(path).text
    assert 'hx-get="/admin/health/now/"' in said
    assert ("<h1" in said) is (path == HEALTH)

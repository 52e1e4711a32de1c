"""One rule, many uses: whoever asks whether a promo reaches a client gets the same answer.

The activation, the preview count, the eligible list, the reservation check and `explain` are asked
about thousands of random pairs, and held against a plain Python rule that shares no code with them.
"""

import pytest
from hypothesis import HealthCheck, given, settings

from tests.audience import uses
from tests.audience.agreement import disagreements
from tests.audience.plans import analyze, plans_of
from tests.audience.scenes import hard_scene, scenes
from tests.audience.stage import path, stage

SPATIAL_INDEXES = {"ix_client_location", "ix_promo_location_published"}


@settings(
    max_examples=9,  # some 1,200 pairs each
    derandomize=True,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(scene=scenes())
def test_every_use_of_the_predicates_agrees_with_the_plain_rule(context, scene):
    with stage(scene.now):
        scene.write()
        assert disagreements(scene) == {}


def test_the_hard_places_agree_too(context):
    scene = hard_scene()
    with stage(scene.now):
        scene.write()
        assert disagreements(scene) == {}


@pytest.mark.parametrize(
    ("way", "rows_come_by"), [("index", SPATIAL_INDEXES), ("sequential", set())]
)
def test_both_ways_of_finding_rows_are_really_taken(context, way, rows_come_by):
    scene = hard_scene()
    with stage(scene.now):
        scene.write()
        analyze("client", "promo")
        with path(way):
            plans = plans_of(lambda: uses.audience_one_by_one(scene))
            plans += plans_of(lambda: uses.reached_by_list(scene, [1]))
        assert {name for name in SPATIAL_INDEXES if name in plans} == rows_come_by

"""Twins: a predicate is replaced by one that is nearly right, and the agreement breaks.

This is how we know that the agreement would see it.
"""

import pytest
from geoalchemy2 import Geometry
from sqlalchemy import and_, cast, func, true

from flashpromo.audience import reach
from flashpromo.notify import audiences, fan_out
from flashpromo.notify.slot import slot_free
from tests.audience.agreement import disagreements
from tests.audience.scenes import hard_scene
from tests.audience.stage import stage

EVERY_USE = {
    "join by index",
    "join by sequential",
    "eligible list by index",
    "eligible list by sequential",
    "wave by index",
    "wave by sequential",
    "activation",
    "counts",
    "reservation",
    "explain",
    "one wave of all",
}
PLACES = ("on the equator", "at the north pole", "in Mexico City")
LISTS = {"eligible list by index", "eligible list by sequential"}
WAVES = {"wave by index", "wave by sequential"}


def on_a_sphere(client, promo):
    return func.ST_DWithin(client.location, promo.location, reach.radius_m(promo), False)


def on_a_flat_map(client, promo):
    flat = [cast(row.location, Geometry) for row in (client, promo)]
    return func.ST_DWithin(*flat, reach.radius_m(promo) / 111_195)


def in_all_segments(client, promo):
    return client.segment_ids.op("@>", is_comparison=True)(promo.segment_ids)


def fresh_for_a_microsecond_more(client, now):
    return client.located_at >= now - reach.location_age_limit()


def nearer_than_the_largest_radius(client, promo, largest_radius_m):
    return func.ST_DWithin(promo.location, client.location, largest_radius_m * 0.9999)


def told_or_not(client, promo, now, around):
    return and_(reach.reach(client, promo, now), client.opted_in)


def every_slot_is_free(client, now, around):
    return true()


def opted_in_or_not(client, promo, now, around):
    return and_(reach.reach(client, promo, now), slot_free(client, now, around))


@pytest.mark.parametrize(
    ("module", "name", "twin", "seen_in"),
    [
        (reach, "within_radius", on_a_sphere, EVERY_USE),
        (reach, "within_radius", on_a_flat_map, EVERY_USE),
        (reach, "in_segments", in_all_segments, EVERY_USE),
        (reach, "location_fresh", fresh_for_a_microsecond_more, {"activation", "counts"} | WAVES),
        (reach, "near_promos", nearer_than_the_largest_radius, LISTS),
        (fan_out, "notifiable", opted_in_or_not, {"activation", "one wave of all"} | WAVES),
        # Who was told already is not told again even then: the primary key refuses the row.
        (fan_out, "notifiable", told_or_not, WAVES),
        (audiences, "slot_free", every_slot_is_free, {"counts"}),
    ],
)
def test_a_predicate_that_is_nearly_right_is_seen(
    context, monkeypatch, module, name, twin, seen_in
):
    monkeypatch.setattr(module, name, twin)
    scene = hard_scene(PLACES)
    with stage(scene.now):
        scene.write()
        assert seen_in <= disagreements(scene).keys()

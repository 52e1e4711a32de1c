"""Whom a promo reaches, place by place and part by part."""

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from sqlalchemy import select

from flashpromo.audience import reach
from flashpromo.audience.models import Client
from flashpromo.db import session
from flashpromo.promos.models import Promo
from tests.audience import uses
from tests.audience.plain_rule import MAX_AGE, Offer, Person, Point
from tests.audience.scenes import HARD_PLACES, MICROSECOND, MILLIMETRE, Scene
from tests.audience.stage import stage

NOW = datetime(2026, 3, 29, 12, tzinfo=UTC)
ZOCALO = HARD_PLACES["in Mexico City"]
TWO_KM = Offer(ZOCALO, Decimal(2), frozenset({1, 2}), Decimal("10.00"))
ALICE = Person(ZOCALO.walk(0, 100), NOW, frozenset({1}))


def reached(offer: Offer, *people: Person) -> list[bool]:
    """Say for each of them whether the promo reaches them."""
    scene = Scene(NOW, [offer], list(people))
    with stage(NOW):
        scene.write()
        found = uses.reached_by_join(scene)
        return [(number, scene.promo_ids[0]) in found for number in range(1, len(people) + 1)]


@pytest.mark.parametrize("radius_km", ["0.001", "2", "50"])
@pytest.mark.parametrize("place", HARD_PLACES)
def test_the_edge_is_where_the_spheroid_has_it(context, place, radius_km):
    offer = replace(TWO_KM, place=HARD_PLACES[place], radius_km=Decimal(radius_km))
    winds = range(-180, 180, 15)
    inside, outside = (
        [replace(ALICE, place=offer.place.walk(wind, offer.radius_m + step)) for wind in winds]
        for step in (-MILLIMETRE / 10, MILLIMETRE / 10)
    )
    assert reached(offer, *inside, *outside) == [True] * len(winds) + [False] * len(winds)


@pytest.mark.parametrize(
    ("here", "there"),
    [
        (Point(90, 0), Point(90, 123.4)),
        (Point(-90, 0), Point(-90, -180)),
        (Point(12, 180), Point(12, -180)),
        (Point(0, 0), Point(-0.0, -0.0)),
    ],
    ids=["north pole", "south pole", "antimeridian", "zero"],
)
def test_one_point_by_two_names_is_one_point(context, here, there):
    offer = replace(TWO_KM, place=here, radius_km=Decimal("0.000001"))
    assert reached(offer, replace(ALICE, place=there)) == [True]


def test_a_circle_crosses_the_antimeridian(context):
    offer = replace(TWO_KM, place=Point(-16.8, 179.995))
    assert reached(offer, replace(ALICE, place=Point(-16.8, -179.995))) == [True]


def test_a_circle_goes_around_the_pole(context):
    offer = replace(TWO_KM, place=Point(89.995, 0))
    assert reached(offer, replace(ALICE, place=Point(89.995, 180))) == [True]


def test_a_client_without_a_location_is_never_reached(context):
    assert reached(TWO_KM, replace(ALICE, place=None, located_at=None)) == [False]


@pytest.mark.parametrize(
    ("age", "answer"),
    [(MAX_AGE - MICROSECOND, True), (MAX_AGE, False), (MAX_AGE + MICROSECOND, False)],
    ids=["a microsecond younger", "exactly", "a microsecond older"],
)
def test_a_fix_counts_until_it_is_thirty_days_old(context, age, answer):
    assert reached(TWO_KM, replace(ALICE, located_at=NOW - age)) == [answer]


@pytest.mark.parametrize(
    ("segments", "answer"),
    [(set(), False), ({3}, False), ({1}, True), ({2, 3}, True), ({1, 2, 3}, True)],
    ids=["none", "another", "one", "one of two", "all"],
)
def test_one_common_segment_is_enough(context, segments, answer):
    assert reached(TWO_KM, replace(ALICE, segments=frozenset(segments))) == [answer]


def test_opting_out_does_not_put_a_client_out_of_reach(context):
    assert reached(TWO_KM, replace(ALICE, opted_in=False)) == [True]


@pytest.mark.parametrize(
    ("segments", "matched"), [({2, 3}, 2), ({1, 2}, 1), ({3}, None), (set(), None)]
)
def test_the_matched_segment_is_the_smallest_common_one(context, segments, matched):
    scene = Scene(NOW, [TWO_KM], [replace(ALICE, segments=frozenset(segments))])
    with stage(NOW):
        scene.write()
        found = session().scalar(
            select(reach.matched_segment(Client, Promo))
            .select_from(Client)
            .join(Promo, Client.id == 1)
        )
    assert found == matched

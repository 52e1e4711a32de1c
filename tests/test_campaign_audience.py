"""Looking at an audience without telling anybody: how many, who not, and why."""

from contextlib import suppress
from decimal import Decimal

import pytest

from flashpromo import campaign, insight
from flashpromo.db import transaction
from flashpromo.errors import NotFound
from flashpromo.market import stores
from flashpromo.promos import lifecycle
from tests.story import activate, notified, publish, terms


def preview(world, **changes) -> int:
    wanted = terms(world, **changes)
    store = stores.get(world.store_id)
    asked = insight.question(store, wanted.segment_ids, wanted.max_distance_km)
    return insight.preview(asked, exact=True).audience


def test_the_preview_counts_whom_the_activation_tells(world):
    for wanted in (
        {},
        {"segment_ids": (world.frequent,)},
        {"segment_ids": (world.new_users, world.frequent)},
        {"max_distance_km": Decimal(50)},
        {"max_distance_km": Decimal("0.05")},
    ):
        expected = preview(world, **wanted)
        with suppress(ZeroDivisionError), transaction():
            promo = lifecycle.create(terms(world, **wanted), publish=True)
            assert campaign.activate_due().notified == {promo.id: expected}
            raise ZeroDivisionError


def test_who_was_told_today_is_not_in_the_preview_any_more(world, clock):
    assert preview(world) == 1
    activate(world)
    assert preview(world) == 0
    clock.advance(days=1)
    assert preview(world) == 1


def test_a_preview_tells_nobody(world):
    preview(world)
    assert notified() == set()


@pytest.mark.parametrize(
    ("name", "reasons"),
    [
        ("alice", []),
        ("bob", ["out_of_range"]),
        ("carol", ["opted_out"]),
        ("dan", ["not_in_segments"]),
        ("erin", ["location_too_old"]),
    ],
)
def test_every_reason_can_be_explained(world, name, reasons):
    promo = publish(world)
    told = insight.explain(world.clients[name], promo.id).explanation
    assert told.reasons == reasons
    assert told.notifiable == (reasons == [])
    assert told.reached == (reasons in ([], ["opted_out"]))
    assert told.radius_m == 2000


def test_metres_are_explained_and_what_is_unknown_stays_unknown(world):
    promo = publish(world)
    assert insight.explain(world.bob, promo.id).explanation.distance_m == pytest.approx(
        30_000, abs=20
    )
    frank = insight.explain(world.frank, promo.id).explanation
    assert (frank.distance_m, frank.located_at) == (None, None)
    assert "location_unknown" in frank.reasons


def test_having_been_told_is_explained(world):
    promo = activate(world)
    told = insight.explain(world.alice, promo.id).explanation
    assert told.reasons == ["already_notified_today"]
    assert told.reached
    assert not told.notifiable


def test_what_does_not_exist_cannot_be_explained(world):
    promo = publish(world)
    for client_id, promo_id in ((999, promo.id), (world.alice, 999)):
        with pytest.raises(NotFound):
            insight.explain(client_id, promo_id)

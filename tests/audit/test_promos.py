"""What becomes of promos: each step in the timeline of its store."""

from datetime import timedelta

import pytest
from flask import Flask

from flashpromo.promos import lifecycle
from tests.api.conftest import Caller
from tests.api.test_promo_series import EVERY_DAY
from tests.api.test_promos import PROMOS, terms
from tests.audit.conftest import Events
from tests.story import activate_due, take
from tests.world import World


@pytest.fixture
def draft(techshop: Caller, world: World, events: Events) -> str:
    """The path of one; what was noted of it is read."""
    path = techshop.post(PROMOS, terms(world, is_active=False)).headers["Location"]
    events()
    return path


def test_a_promo_s_life(techshop: Caller, world: World, draft: str, events: Events):
    techshop.patch(draft, {"is_active": True, "promo_price": "450"})
    techshop.post(f"{draft}pause/")
    techshop.post(f"{draft}pause/")
    techshop.post(f"{draft}resume/")
    techshop.post(f"{draft}cancel/")
    techshop.post(f"{draft}cancel/")
    techshop.delete(draft)
    told = events()
    assert [(each.action, each.before, each.after) for each in told] == [
        ("promo.changed", {"promo_price": "499.00"}, {"promo_price": "450.00"}),
        ("promo.published", {"state": "draft"}, {"state": "running"}),
        ("promo.paused", {"state": "running"}, {"state": "paused"}),
        ("promo.resumed", {"state": "paused"}, {"state": "running"}),
        ("promo.cancelled", {"state": "running"}, {"state": "cancelled"}),
        ("promo.deleted", {"state": "cancelled"}, {}),
    ]
    promo_id = draft.rstrip("/").rsplit("/")[-1]
    assert {(each.subject_kind, each.subject_id, each.store_id) for each in told} == {
        ("promo", promo_id, world.store_id)
    }


def test_its_terms_as_the_api_writes_them(techshop: Caller, world: World, events: Events):
    events()
    shown = techshop.post(PROMOS, terms(world)).json
    created, published = events()
    assert (created.action, published.action) == ("promo.created", "promo.published")
    assert created.after == {
        "product_id": world.product_id,
        "segment_ids": [world.new_users],
        **{
            name: shown[name]
            for name in ("promo_price", "start_time", "end_time", "max_distance_km", "quantity")
        },
    }


def test_a_withdrawn_promo(techshop: Caller, world: World, events: Events):
    path = techshop.post(PROMOS, terms(world)).headers["Location"]
    events()
    techshop.patch(path, {"is_active": False})
    techshop.patch(path, {"is_active": False})
    (withdrawn,) = events()
    assert withdrawn.action == "promo.withdrawn"
    assert (withdrawn.before, withdrawn.after) == ({"state": "running"}, {"state": "draft"})


def test_a_copy_says_of_which(techshop: Caller, draft: str, events: Events):
    techshop.post(f"{draft}duplicate/")
    created, copied = events()
    assert (created.action, copied.action) == ("promo.created", "promo.duplicated")
    assert created.subject_id == copied.subject_id
    assert copied.after == {"of_promo_id": int(draft.rstrip("/").rsplit("/")[-1])}


def test_a_series_is_told_once_besides_its_promos(techshop: Caller, world: World, events: Events):
    events()
    body = {name: terms(world)[name] for name in ("product_id", "promo_price", "segment_ids")}
    first = (world.now + timedelta(days=1)).date()
    rule = {
        "weekdays": EVERY_DAY,
        "starts_at": "17:00",
        "ends_at": "19:00",
        "first_day": first.isoformat(),
        "last_day": (first + timedelta(days=2)).isoformat(),
    }
    answer = techshop.post(f"{PROMOS}recurring/", body | rule)
    assert answer.status_code == 201, answer.json
    *promos, series = events()
    assert [each.action for each in promos] == ["promo.created"] * 3
    assert (series.action, series.subject_id) == ("promo.series_created", str(world.product_id))
    assert [str(each) for each in series.after["promo_ids"]] == [each.subject_id for each in promos]


def test_a_wave_is_one_event_a_promo_with_the_count(
    app: Flask, techshop: Caller, world: World, events: Events
):
    techshop.post(PROMOS, terms(world))
    events()
    with app.app_context():
        activate_due()
        activate_due()
    (event,) = events()
    assert (event.action, event.after, event.store_id) == (
        "promo.activated",
        {"notified_count": 1},
        world.store_id,
    )
    assert (event.actor_kind, event.door) == ("system", "system")


def test_drafts_go_with_their_product(techshop: Caller, world: World, draft: str, events: Events):
    techshop.delete(f"/api/market/products/{world.product_id}/")
    assert [(each.action, each.before.get("state")) for each in events()] == [
        ("promo.deleted", "draft"),
        ("product.deleted", None),
    ]


def test_reservations_are_their_own_record(
    app: Flask, techshop: Caller, alice: Caller, world: World, events: Events
):
    promo_id = techshop.post(PROMOS, terms(world)).json["id"]
    events()
    with app.app_context():
        take(world.alice, promo_id)
    assert events() == []


def test_what_the_lifecycle_promises_is_all_told():
    """A new step of a promo's life has to be told too, and to be lived through here."""
    steps = {"create", "create_all", "change", "pause", "resume"}
    public = {name for name, thing in vars(lifecycle).items() if callable(thing)}
    own = {
        name
        for name in public
        if not name.startswith("_") and vars(lifecycle)[name].__module__ == lifecycle.__name__
    }
    assert own == steps | {"demand_live"}
